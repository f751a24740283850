//! The tables `cache_sample` and `cache_instance`: figures of the cache by time, and the running instances.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Row;

use super::{GenericClient, Result, cached};

/// The length of steps in seconds, and a time.
pub type StepSince = (i16, DateTime<Utc>);

/// The figures of another instance for one step.
#[derive(Debug, Clone)]
pub struct CacheSample {
    /// The step's length in seconds.
    pub step: i16,
    /// The step's start.
    pub at: DateTime<Utc>,
    /// The figures.
    pub figures: Value,
}

/// Writes an instance's samples, an array of objects with the columns' names. Removes the samples of every instance
/// that are older than `kept` allows.
pub async fn write(
    client: &impl GenericClient,
    instance: &str,
    samples: &Value,
    kept: &[StepSince],
) -> Result<()> {
    let sql = include_str!("../../sql/queries/cache_sample_write.sql");
    let (steps, since): (Vec<_>, Vec<_>) = kept.iter().copied().unzip();
    cached::execute(client, sql, &[&instance, samples, &steps, &since]).await.map(drop)
}

/// The samples of the other instances.
pub async fn list(
    client: &impl GenericClient,
    instance: &str,
    wanted: &[StepSince],
) -> Result<Vec<CacheSample>> {
    let sql = include_str!("../../sql/queries/cache_sample_list.sql");
    let (steps, since): (Vec<_>, Vec<_>) = wanted.iter().copied().unzip();
    let sample = |row: &Row| CacheSample { step: row.get(0), at: row.get(1), figures: row.get(2) };
    cached::list(client, sql, &[&instance, &steps, &since], sample).await
}

/// Reports the state of an instance.
pub async fn report(client: &impl GenericClient, instance: &str, state: &Value) -> Result<()> {
    let sql = include_str!("../../sql/queries/cache_instance_report.sql");
    cached::execute(client, sql, &[&instance, state]).await.map(drop)
}

/// The other instances: their state, and how long ago each reported it.
pub async fn list_instances(
    client: &impl GenericClient,
    instance: &str,
) -> Result<Vec<(Value, Duration)>> {
    let sql = "SELECT state, extract(epoch FROM now() - seen_at)::float8 FROM cache_instance \
        WHERE instance <> $1 ORDER BY instance";
    let other = |row: &Row| {
        let seconds: f64 = row.get(1);
        (row.get(0), Duration::try_from_secs_f64(seconds).unwrap_or_default())
    };
    cached::list(client, sql, &[&instance], other).await
}

/// Removes an instance that stops.
pub async fn forget_instance(client: &impl GenericClient, instance: &str) -> Result<()> {
    let sql = "DELETE FROM cache_instance WHERE instance = $1";
    cached::execute(client, sql, &[&instance]).await.map(drop)
}
