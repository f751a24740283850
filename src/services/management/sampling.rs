//! Takes the samples of the history, and stores them.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Management;
use super::history::{CacheHistory, Gauges};

/// The time limit for the database when the site stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);
/// How often the last write is tried: a connection that a worker opened ends with the worker, perhaps at the same
/// moment.
const LAST_TRIES: usize = 3;

impl Management {
    /// The history of the cache.
    pub fn history(&self) -> &CacheHistory {
        &self.history
    }

    /// Reads the counters, and exchanges steps and reports with the other instances, unless the database can't be
    /// reached. At the end of a minute, expired data is removed.
    pub async fn sample(&self, now: DateTime<Utc>) {
        let minute_ended = self.history.take(&self.cache, self.gauges().await, now);
        self.exchange_history(now).await;
        if let Err(err) = self.exchange_reports(now).await {
            log::debug!("the state of this instance could not be reported, trying again: {err}");
        }
        if minute_ended && let Err(err) = self.editor.forget_expired_uploads().await {
            log::debug!("expired files could not be removed, trying again: {err}");
        }
    }

    /// The gauges of the charts.
    async fn gauges(&self) -> Gauges {
        let memory_bytes = Some(self.cache.report_memory().bytes);
        let Some((took, redis)) = self.cache.ping_redis().await else {
            return Gauges { memory_bytes, ..Gauges::default() };
        };
        Gauges {
            memory_bytes,
            redis_bytes: redis.number("used_memory"),
            redis_evicted: redis.number("evicted_keys"),
            redis_ping_us: u64::try_from(took.as_micros()).ok(),
        }
    }

    /// Writes the counts since the last sample, and deletes the report of this instance, because the process ends.
    pub async fn keep_history(&self, now: DateTime<Utc>) {
        self.history.take(&self.cache, Gauges::default(), now);
        let last_words = async {
            for _ in 0..LAST_TRIES {
                let written = self.history.write(&self.database).await;
                match written.and(self.withdraw_report().await) {
                    Ok(()) => return,
                    Err(err) => log::debug!("the last figures can't be stored: {err}"),
                }
            }
        };
        // If the database does not answer in time, these figures are lost.
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, last_words).await;
    }

    /// Reads the steps from before this process started, unless that is done.
    pub(super) async fn load_history(&self, now: DateTime<Utc>) {
        if !self.history.is_loaded() {
            self.exchange_history(now).await;
        }
    }

    async fn exchange_history(&self, now: DateTime<Utc>) {
        if let Err(err) = self.history.exchange(&self.database, now).await {
            log::debug!("the cache's history could not be stored, trying again: {err}");
        }
    }
}
