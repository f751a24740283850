//! How the site reaches its servers: with TLS, over several hosts, through a pooler; and what it says when it can't.

mod limits;
mod pooler;
mod postgres_hosts;
mod postgres_tls;
mod redis_cluster;
mod redis_sentinels;
mod redis_tls;

use property_listings::config::PostgresAddress;
use property_listings::db::{Database, GenericClient as _};

/// The first value of a statement, over a new connection; or why there is none.
async fn asked(url: &str, sql: &str) -> Result<String, String> {
    let address: PostgresAddress = url.parse()?;
    let database = Database::new(address, 1).map_err(|err| err.to_string())?;
    let client = database.client().await.map_err(|err| err.to_string())?;
    let row = client.query_one(sql, &[]).await.map_err(|err| err.to_string())?;
    Ok(row.get::<_, String>(0))
}
