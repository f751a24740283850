//! Faults: one at a time, each for a limited time, with healthy periods in between.

mod keys;
mod kind;
mod loss;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};

pub(crate) use kind::{Kind, parse};

use crate::instance::Instance;
use crate::postgres::{Postgres, Shutdown};
use crate::proxy::Mode;
use crate::redis::{Cli, Ending, Redis};
use crate::report::say;
use crate::run::Run;
use crate::windows::{RECOVERY, Window};

/// The healthy time between the recovery from one fault and the next fault, in milliseconds.
const PAUSE: std::ops::Range<u64> = 1_500..3_000;
/// How long a fault lasts, in milliseconds.
const LENGTH: std::ops::Range<u64> = 300..3_000;

/// The servers of the run, for the code that makes them fail.
pub(crate) struct Servers {
    pub(crate) postgres: Postgres,
    pub(crate) redis: Redis,
}

/// Causes faults until the run is over; every one is repaired before this returns.
pub(crate) async fn make(run: &Run, servers: &mut Servers, kinds: &[Kind]) -> anyhow::Result<()> {
    let mut rng = StdRng::seed_from_u64(run.seed);
    let mut bag: Vec<Kind> = Vec::new();
    while !kinds.is_empty() {
        let pause = Duration::from_millis(rng.random_range(PAUSE));
        let length = Duration::from_millis(rng.random_range(LENGTH));
        tokio::time::sleep(pause.min(run.until.saturating_duration_since(Instant::now()))).await;
        if bag.is_empty() {
            bag = kinds.to_vec();
            bag.shuffle(&mut rng);
        }
        // The time after the recovery shows whether it recovered.
        let last = run.until.checked_sub(length + RECOVERY + Duration::from_secs(2));
        if run.is_over() || last.is_none_or(|last| Instant::now() > last) {
            break;
        }
        let Some(kind) = bag.pop() else { continue };
        let instance = run.instances.choose(&mut rng).context("there are instances")?.clone();
        run.windows.begin(Window {
            fault: kind.name(),
            begun: Instant::now(),
            ended: None,
            instance: kind.is_of_one_instance().then_some(instance.number),
            database: kind.stops_database(),
            down: kind.stops_instance(),
        });
        run.report.fault(kind.name());
        let made = one(run, servers, kind, &instance, length, &mut rng).await;
        run.windows.end();
        made.with_context(|| format!("the fault {} can't be made", kind.name()))?;
        for instance in run.instances.iter().filter(|instance| instance.has_died()) {
            run.report.sample(run, "an instance died", &instance.last_words());
            instance.restart("KILL", Duration::ZERO).await?;
        }
        tokio::time::sleep(RECOVERY).await;
    }
    Ok(())
}

async fn one(
    run: &Run,
    servers: &mut Servers,
    kind: Kind,
    instance: &Arc<Instance>,
    length: Duration,
    rng: &mut StdRng,
) -> anyhow::Result<()> {
    let short = length / 3;
    let proxied = async |way: &crate::proxy::Proxy, mode| {
        way.set(mode);
        tokio::time::sleep(length).await;
        way.set(Mode::Open);
    };
    match kind {
        Kind::RedisKill => servers.redis.restart(Ending::Killed, short).await?,
        Kind::RedisSave => servers.redis.restart(Ending::Saved, short).await?,
        Kind::RedisNoSave => servers.redis.restart(Ending::Unsaved, Duration::ZERO).await?,
        Kind::RedisRollback => servers.redis.restart(Ending::RolledBack(length), short).await?,
        Kind::RedisFreeze => servers.redis.freeze(length).await?,
        Kind::RedisFlush => servers.redis.cli().await?.run(&["FLUSHALL"]).await?,
        Kind::RedisGenerations => keys::delete_generations(&servers.redis.cli().await?).await?,
        Kind::RedisFullLru => {
            keys::fill(&servers.redis.cli().await?, "allkeys-lru", length).await?
        }
        Kind::RedisFullNoEviction => {
            keys::fill(&servers.redis.cli().await?, "noeviction", length).await?;
        }
        Kind::RedisPauseAll | Kind::RedisPauseWrite => {
            let millis = length.as_millis().to_string();
            let what = if kind == Kind::RedisPauseAll { "ALL" } else { "WRITE" };
            let cli = servers.redis.cli().await?;
            cli.run::<String>(&["CLIENT", "PAUSE", &millis, what]).await?;
            tokio::time::sleep(length).await;
        }
        Kind::RedisJunk => {
            keys::mark_for_replacement(&servers.redis.cli().await?, length, rng).await?
        }
        Kind::RedisClientKill => {
            let cli = servers.redis.cli().await?;
            cli.run::<i64>(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]).await?;
        }
        Kind::ListenerKill => {
            terminate(run, "application_name = 'property-listings events'").await?;
        }
        Kind::BackendsKill => terminate(run, "backend_type = 'client backend'").await?,
        Kind::PostgresFast => servers.postgres.restart(Shutdown::Fast, short).await?,
        Kind::PostgresImmediate => servers.postgres.restart(Shutdown::Immediate, short).await?,
        Kind::FailoverWithLoss => loss::failover(run, servers, length).await?,
        Kind::RestoreInPlace => loss::restore(run, servers, length).await?,
        Kind::PostgresFreeze => servers.postgres.freeze(length).await?,
        Kind::InstanceKill => instance.restart("KILL", short).await?,
        Kind::InstanceTerm => instance.restart("TERM", short).await?,
        Kind::InstanceFreeze => instance.freeze(length).await?,
        Kind::RedisCut => proxied(&instance.to_redis, Mode::Cut).await,
        Kind::RedisHeld => proxied(&instance.to_redis, Mode::Held).await,
        Kind::PostgresCut => proxied(&instance.to_postgres, Mode::Cut).await,
        Kind::PostgresHeld => proxied(&instance.to_postgres, Mode::Held).await,
    }
    Ok(())
}

/// Ends PostgreSQL's backends except this one.
async fn terminate(run: &Run, which: &str) -> anyhow::Result<()> {
    let client = run.postgres.connect().await?;
    let sql = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {which} AND pid <> pg_backend_pid()"
    );
    client.simple_query(&sql).await?;
    Ok(())
}

/// Breaks the protocol from outside, so that a working checker must find violations.
pub(crate) async fn sabotage(run: Arc<Run>, how: Sabotage) -> anyhow::Result<()> {
    tokio::time::sleep(Duration::from_secs(5)).await;
    match how {
        Sabotage::Triggers => {
            let client = run.postgres.connect().await?;
            let disable = "ALTER TABLE property DISABLE TRIGGER property_event_update";
            client.batch_execute(disable).await?;
            say("sabotage: updates raise no events any more");
        }
        Sabotage::Rollback => {
            let cli = Cli::connect(&run.redis).await?;
            say("sabotage: pages and generations are set back now and then");
            while !run.is_over() {
                // A fault may be active: then there is nothing to break.
                let _ = keys::set_back(&cli, Duration::from_millis(500)).await;
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }
    Ok(())
}

/// How the protocol is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Sabotage {
    /// The database's triggers no longer log updates
    Triggers,
    /// Redis's pages are set back together with their generations
    Rollback,
}
