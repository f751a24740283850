//! Checks that nothing stale is served: writers change listings in every possible way, readers request every kind of
//! page from several instances, servers fail meanwhile, and every response is checked against the writes that had been
//! acknowledged when it was requested.
//!
//! It starts a PostgreSQL, a Redis and the instances itself, in private directories and on this machine only, and ends
//! them. It uses the site only from outside: HTTP, SQL and Redis's protocol. Run it with `script/freshness`.
//!
//! | rule | a violation is a page that shows |
//! |---|---|
//! | own instance: 0 ms | less than what its instance had acknowledged before the page was requested |
//! | other writers: 100 ms | less than what others had acknowledged 100 ms before, in a healthy period |
//! | after a fault: 5 s | less than what was acknowledged around a fault, 5 s after the fault's end |
//! | no-cache: 0 ms | anything old, although it comes directly from the database |
//! | never written | a version that was rolled back, refused or never attempted |
//! | mixed states | one version's title with another's price or place |
//! | row on the wrong page, count | a row that its filter does not select; an impossible number of rows |
//! | places, offer, sitemap | an impossible number of a place or suggestion; a wrong time of change |
//! | stale-if-error without an outage | the mark of a stale page while PostgreSQL can be reached |
//!
//! A row that is missing from a list of all its rows, and a deleted row that is shown, break the first three rules like
//! an old version. Times are of one process and one monotonic clock: a write counts from when its response was read, a
//! page from before its request was sent, so the checker's own delays only make it more lenient.

mod beside;
mod check;
mod counts;
mod fault;
mod http;
mod instance;
mod ledger;
mod page;
mod postgres;
mod process;
mod proxy;
mod pulse;
mod query;
mod reader;
mod redis;
mod report;
mod run;
mod tls;
mod windows;
mod writer;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use fault::{Kind, Sabotage, Servers};
use instance::{Instance, USERNAME};
use ledger::Ledger;
use report::say;
use run::{Places, Run};

/// Check that the site serves nothing stale, whatever fails
#[derive(Debug, Parser)]
#[command(name = "freshness", version, about)]
struct Options {
    /// How long to run
    #[arg(long, default_value_t = 2.0, value_parser = minutes)]
    minutes: f64,
    /// Readers, each with one request at a time
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    readers: u16,
    /// Writers
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=12))]
    writers: u16,
    /// A writer's mean pause between two writes, in milliseconds
    #[arg(long, default_value_t = 120)]
    pause: u64,
    /// Instances of the site
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(2..=8))]
    instances: u16,
    /// Seed of every choice; by default a random one, which the report names
    #[arg(long)]
    seed: Option<u64>,
    /// `all`, `none`, or names with commas between
    #[arg(long, default_value = "all", value_parser = fault::parse)]
    faults: std::vec::Vec<Kind>,
    /// PAGE_CACHE_MEMORY_MB of the instances
    #[arg(long)]
    memory_mb: Option<u32>,
    /// Connect the instances to both servers by TLS
    #[arg(long)]
    tls: bool,
    /// Prove that the checker can fail: break the protocol from outside, which must be found
    #[arg(long, value_enum)]
    sabotage: Option<Sabotage>,
    /// The site's program; by default the one that was built beside this one
    #[arg(long)]
    site: Option<PathBuf>,
    /// Leave the servers' logs and data where they are
    #[arg(long)]
    keep: bool,
}

fn minutes(text: &str) -> Result<f64, String> {
    let minutes = text.parse::<f64>().ok();
    let fits = minutes.filter(|minutes| (0.1..=1440.0).contains(minutes));
    fits.ok_or_else(|| "must be a number of minutes from 0.1 to 1440".to_owned())
}

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(check(&options)),
        Err(err) => Err(err.into()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(err) => {
            say(&format!("error: {err:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs the check; returns whether all is well.
async fn check(options: &Options) -> anyhow::Result<bool> {
    let directory = std::env::temp_dir().join(format!("freshness-{}", std::process::id()));
    std::fs::create_dir(&directory).with_context(|| directory.display().to_string())?;
    let user = process::unprivileged()?;
    if let Some((user, group)) = user {
        std::os::unix::fs::chown(&directory, Some(user), Some(group))?;
    }
    let checked = check_in(options, &directory, user).await;
    if options.keep {
        say(&format!("logs and data: {}", directory.display()));
    } else {
        std::fs::remove_dir_all(&directory)?;
    }
    checked
}

async fn check_in(
    options: &Options,
    directory: &Path,
    user: Option<(u32, u32)>,
) -> anyhow::Result<bool> {
    let site = site(options)?;
    say("starting PostgreSQL, Redis and the instances");
    let tls = match options.tls {
        true => Some(tls::Tls::create(directory, user).await?),
        false => None,
    };
    let mut servers = Servers {
        postgres: postgres::Postgres::create(directory, user, tls.as_ref()).await?,
        redis: redis::Redis::create(directory, user, tls.as_ref()).await?,
    };
    let mut instances = Vec::new();
    let ledger = Ledger::new();
    let seed = options.seed.unwrap_or_else(|| rand::random_range(0..1_000_000));
    for number in 0..usize::from(options.instances) {
        let ways = (
            proxy::Proxy::open(servers.postgres.target()).await?,
            proxy::Proxy::open(servers.redis.target()).await?,
        );
        let (site, directory) = (site.clone(), directory.to_owned());
        let (memory, tls) = (options.memory_mb, tls.as_ref());
        let started = Instance::start(number, site, directory, memory, tls, ways).await?;
        if number == 0 {
            create_account(&started).await?;
            writer::seed(&servers.postgres.access(), &ledger, seed).await?;
        }
        instances.push(Arc::new(started));
    }
    // The loaded rows may take a while to be applied everywhere.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let places = Places {
        postgres: servers.postgres.access(),
        redis: servers.redis.socket(),
        directory: directory.to_owned(),
    };
    let time = Duration::from_secs_f64(options.minutes * 60.0);
    let run = Arc::new(Run::new(seed, time, instances, ledger, places));
    say(&format!("running for {:.0} s, seed {seed}", time.as_secs_f64()));
    let made = take_part(&run, options, &mut servers).await;
    for instance in &run.instances {
        run.report.log(instance.number, &instance.log());
    }
    let (text, well) = run.report.finish(&run);
    print(&text);
    for instance in &run.instances {
        instance.stop().await?;
    }
    servers.redis.stop().await?;
    servers.postgres.stop().await?;
    made?;
    Ok(well)
}

/// Runs all participants until the time is over or the user asks to stop.
async fn take_part(run: &Arc<Run>, options: &Options, servers: &mut Servers) -> anyhow::Result<()> {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..u64::from(options.readers) {
        tasks.spawn(reader::Reader::new(run.clone(), number).read_on());
    }
    let pace = Duration::from_millis(options.pause);
    for number in 0..usize::from(options.writers) {
        let writer = writer::Writer::new(run.clone(), number, usize::from(options.writers), pace);
        tasks.spawn(writer.write_on());
    }
    if let Some(how) = options.sabotage {
        let run = run.clone();
        tasks.spawn(async move {
            if let Err(err) = fault::sabotage(run, how).await {
                say(&format!("the sabotage failed: {err:#}"));
            }
        });
    }
    let watched = run.clone();
    let watch = tokio::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(10)) => say(&watched.report.progress(&watched)),
                () = asked_to_end() => {
                    say("ending: what is down comes up first");
                    watched.stop();
                }
            }
        }
    });
    let made = fault::make(run, servers, &options.faults).await;
    if made.is_err() {
        run.stop();
    }
    while let Some(ended) = tasks.join_next().await {
        ended.context("a reader or writer failed")?;
    }
    watch.abort();
    made
}

/// Waits for Ctrl-C or SIGTERM.
async fn asked_to_end() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => drop(signals.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

fn site(options: &Options) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let built = own.parent().context("it lies in a target directory")?;
    let site = options.site.clone().unwrap_or_else(|| built.join("property-listings"));
    if !site.is_file() {
        bail!("{} is not there; build it first, or name it with --site", site.display());
    }
    Ok(site.canonicalize()?)
}

async fn create_account(instance: &Instance) -> anyhow::Result<()> {
    let words =
        format!("createsuperuser --noinput --username {USERNAME} --email ada@homes.example");
    let mut process = instance.command(&words).start().await?;
    match process.status().await {
        Some(0) => Ok(()),
        _ => bail!("no account can be created:\n{}", instance.last_words()),
    }
}

#[expect(clippy::print_stdout, reason = "the report is the checker's output")]
fn print(text: &str) {
    print!("{text}");
}
