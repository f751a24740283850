//! The private servers' sockets: waits until the servers answer, or reports why they don't.

use std::fs;
use std::path::Path;
use std::time::Duration;

use deadpool_redis::redis as client;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

use super::data_dir::DataDir;
use super::error::ServersError;
use super::process::Supervised;
use crate::app::stop::Stop;

/// The servers' names and the names of their logs.
pub(super) const POSTGRES: (&str, &str) = ("PostgreSQL", "postgres.log");
pub(super) const REDIS: (&str, &str) = ("Redis", "redis.log");
/// The name of Redis's socket.
pub(super) const REDIS_SOCKET: &str = "redis.sock";
/// The names of the database and of its owner.
pub(super) const DATABASE: &str = "property_listings";
/// How long a server may take to start.
const LIMIT: Duration = Duration::from_secs(60);
/// How long one attempt may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(5);
/// A server that died this often before it answered is given up.
const MAX_DEATHS: u32 = 3;

/// Waits until PostgreSQL answers, and creates the site's database if it is missing. Returns its address. `server` is
/// `None` if another program runs it.
pub(super) async fn postgres(
    data_dir: &DataDir,
    server: Option<&Supervised>,
    stop: &Stop,
) -> Result<Config, ServersError> {
    let mut config = Config::new();
    config.host_path(data_dir.sockets()).user(DATABASE).dbname(DATABASE);
    config.connect_timeout(Duration::from_secs(5));
    wait(POSTGRES, data_dir, server, stop, async || postgres_answers(&config).await).await?;
    Ok(config)
}

/// Waits until Redis answers; returns its URL. `server` is that of [`postgres`].
pub(super) async fn redis(
    data_dir: &DataDir,
    server: Option<&Supervised>,
    stop: &Stop,
) -> Result<String, ServersError> {
    let url = format!("redis+unix://{}", data_dir.sockets().join(REDIS_SOCKET).display());
    wait(REDIS, data_dir, server, stop, async || redis_answers(&url).await).await?;
    Ok(url)
}

async fn postgres_answers(config: &Config) -> Result<(), String> {
    let Err(err) = query(config, "SELECT 1").await else {
        return Ok(());
    };
    let describe = |err: tokio_postgres::Error| {
        err.as_db_error().map_or_else(|| err.to_string(), ToString::to_string)
    };
    if err.code() != Some(&SqlState::INVALID_CATALOG_NAME) {
        return Err(describe(err));
    }
    let mut maintenance = config.clone();
    maintenance.dbname("postgres");
    query(&maintenance, "CREATE DATABASE property_listings").await.map_err(describe)
}

async fn query(config: &Config, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    let outcome = client.batch_execute(sql).await;
    drop(client);
    driver.abort();
    outcome
}

async fn redis_answers(url: &str) -> Result<(), String> {
    let ping = async {
        let mut connection = client::Client::open(url)?.get_multiplexed_async_connection().await?;
        client::cmd("PING").query_async::<String>(&mut connection).await
    };
    let outcome: client::RedisResult<String> = ping.await;
    outcome.map(drop).map_err(|err| err.to_string())
}

/// Repeats `attempt` until it succeeds.
async fn wait(
    (name, log): (&'static str, &str),
    data_dir: &DataDir,
    server: Option<&Supervised>,
    stop: &Stop,
    attempt: impl AsyncFn() -> Result<(), String>,
) -> Result<(), ServersError> {
    let start = tokio::time::Instant::now();
    loop {
        let outcome = tokio::select! {
            outcome = tokio::time::timeout(ATTEMPT_LIMIT, attempt()) => outcome,
            () = stop.asked() => return Err(ServersError::Interrupted),
        };
        let reason = match outcome {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(reason)) => reason,
            Err(_) => "it does not respond".to_owned(),
        };
        let dead = server.is_some_and(|server| server.deaths() >= MAX_DEATHS);
        if dead || start.elapsed() >= LIMIT {
            return Err(ServersError::NotReady {
                server: name,
                reason: if dead { "it stops immediately".to_owned() } else { reason },
                tail: tail(&data_dir.join(log)),
                log: data_dir.join(log),
            });
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// The last lines of a log.
pub(super) fn tail(log: &Path) -> String {
    const LINES: usize = 20;
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines.iter().skip(lines.len().saturating_sub(LINES));
    tail.map(|line| format!("  {line}\n")).collect()
}
