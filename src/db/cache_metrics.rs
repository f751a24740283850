//! The table `cache_metric`: what the cache did in each minute of the last day.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{DbError, GenericClient};

/// What one level of one instance did in one minute.
#[derive(Debug, Clone)]
pub struct CacheMetric {
    /// The minute's begin.
    pub minute: DateTime<Utc>,
    /// The level's name.
    pub level: String,
    /// The figures, by their columns' names.
    pub figures: Value,
}

/// Writes what an instance did, as an array of objects with the columns' names; forgets what is older than a day.
pub async fn insert(
    client: &impl GenericClient,
    instance: &str,
    samples: &Value,
) -> Result<(), DbError> {
    let sql = include_str!("../../sql/queries/cache_metric_insert.sql");
    let statement = client.prepare_cached(sql).await?;
    client.execute(&statement, &[samples, &instance]).await?;
    Ok(())
}

/// What every instance did from a minute on, in order.
pub async fn list(
    client: &impl GenericClient,
    from: DateTime<Utc>,
) -> Result<Vec<CacheMetric>, DbError> {
    let sql = include_str!("../../sql/queries/cache_metric_list.sql");
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&from]).await?;
    let metric = |row: &tokio_postgres::Row| CacheMetric {
        minute: row.get(0),
        level: row.get(1),
        figures: row.get(2),
    };
    Ok(rows.iter().map(metric).collect())
}
