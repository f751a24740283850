//! How programs reach the private servers by their sockets, and whether these answer.

use std::path::Path;
use std::time::Duration;

use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

use crate::config::{PostgresAddress, RedisAddress};

/// The names of the database and of its owner.
pub(super) const DATABASE: &str = "property_listings";

/// The name of Redis's socket.
pub(super) const REDIS_SOCKET: &str = "redis.sock";

/// How long one attempt to connect may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How to connect to the PostgreSQL whose socket is in `sockets`.
pub(super) fn postgres(sockets: &Path) -> PostgresAddress {
    let mut config = Config::new();
    config.host_path(sockets).user(DATABASE).dbname(DATABASE);
    config.into()
}

/// Connects once to PostgreSQL, and creates the site's database where it is missing.
pub(super) async fn postgres_answers(address: &PostgresAddress) -> Result<(), String> {
    let mut config = address.hosts[0].config.clone();
    config.connect_timeout(PATIENCE);
    let Err(err) = query(&config, "SELECT 1").await else {
        return Ok(());
    };
    if err.code() != Some(&SqlState::INVALID_CATALOG_NAME) {
        return Err(describe(&err));
    }
    let create = query(config.dbname("postgres"), "CREATE DATABASE property_listings").await;
    create.map_err(|err| describe(&err))
}

async fn query(config: &Config, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    let outcome = client.batch_execute(sql).await;
    drop(client);
    driver.abort();
    outcome
}

fn describe(err: &tokio_postgres::Error) -> String {
    err.as_db_error().map_or_else(|| err.to_string(), ToString::to_string)
}

/// How to connect to the Redis whose socket is in `sockets`.
pub(super) fn redis(sockets: &Path) -> RedisAddress {
    let url = format!("redis+unix://{}", sockets.join(REDIS_SOCKET).display());
    RedisAddress::parse(&url, None).expect("it needs no file")
}

/// Connects once to Redis and sends `PING`.
pub(super) async fn redis_answers(address: &RedisAddress) -> Result<(), String> {
    let ping = async {
        let client = deadpool_redis::redis::Client::open(address.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        deadpool_redis::redis::cmd("PING").query_async::<String>(&mut connection).await
    };
    let outcome: Result<String, deadpool_redis::redis::RedisError> = ping.await;
    outcome.map(|_| ()).map_err(|err| err.to_string())
}
