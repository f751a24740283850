//! The table `cache_metric`: what the cache did in each minute of the last day.

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Row;

use super::{GenericClient, Result, cached};

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
pub async fn insert(client: &impl GenericClient, instance: &str, samples: &Value) -> Result<()> {
    let sql = include_str!("../../sql/queries/cache_metric_insert.sql");
    cached::execute(client, sql, &[samples, &instance]).await.map(drop)
}

/// What every instance did from a minute on, in order.
pub async fn list(client: &impl GenericClient, from: DateTime<Utc>) -> Result<Vec<CacheMetric>> {
    let sql = include_str!("../../sql/queries/cache_metric_list.sql");
    let metric =
        |row: &Row| CacheMetric { minute: row.get(0), level: row.get(1), figures: row.get(2) };
    cached::list(client, sql, &[&from], metric).await
}
