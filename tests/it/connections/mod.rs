//! Connections to PostgreSQL and Redis: with TLS, to several hosts, through a pooler; and their error messages.

mod limits;
mod pooler;
mod postgres_hosts;
mod postgres_tls;
mod redis_cluster;
mod redis_sentinels;
mod redis_tls;

use property_listings::config::PostgresAddress;
use property_listings::db::{Database, GenericClient as _};

/// The first value of a query on a new connection, or the error.
async fn asked(url: &str, sql: &str) -> Result<String, String> {
    let address: PostgresAddress = url.parse()?;
    let database = Database::new(address, 1).map_err(|err| err.to_string())?;
    let client = database.client().await.map_err(|err| err.to_string())?;
    let row = client.query_one(sql, &[]).await.map_err(|err| err.to_string())?;
    Ok(row.get::<_, String>(0))
}
