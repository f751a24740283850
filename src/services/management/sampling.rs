//! Takes the samples of the history, and keeps them.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Management;
use super::history::{CacheHistory, Gauges};

/// How long the database may take when the site stops.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How often it is told then: a connection that a worker opened ends with the worker, perhaps at the same moment.
const LAST_TRIES: usize = 3;

impl Management {
    /// What the cache did lately.
    pub fn history(&self) -> &CacheHistory {
        &self.history
    }

    /// Reads the counters, and exchanges steps and reports with the other instances, unless the database is out of reach.
    /// When a minute has ended, what has expired is removed.
    pub async fn sample(&self, now: DateTime<Utc>) {
        let minute_ended = self.history.take(&self.cache, self.gauges().await, now);
        self.exchange_history(now).await;
        if let Err(err) = self.exchange_reports(now).await {
            log::debug!("the state of this instance is reported later: {err}");
        }
        if minute_ended && let Err(err) = self.editor.forget_expired_uploads().await {
            log::debug!("files that have expired are removed later: {err}");
        }
    }

    /// The states that charts show.
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

    /// Writes what was counted since the last sample, and withdraws the report of this instance, because the process ends.
    pub async fn keep_history(&self, now: DateTime<Utc>) {
        self.history.take(&self.cache, Gauges::default(), now);
        let last_words = async {
            for _ in 0..LAST_TRIES {
                let written = self.history.write(&self.database).await;
                match written.and(self.withdraw_report().await) {
                    Ok(()) => return,
                    Err(err) => log::debug!("the last figures can't be kept: {err}"),
                }
            }
        };
        // Where the database can't be told in time, these figures are lost.
        let _ = tokio::time::timeout(LAST_WORDS, last_words).await;
    }

    /// Reads what was written before this process began, unless that is done.
    pub(super) async fn load_history(&self, now: DateTime<Utc>) {
        if !self.history.is_loaded() {
            self.exchange_history(now).await;
        }
    }

    async fn exchange_history(&self, now: DateTime<Utc>) {
        if let Err(err) = self.history.exchange(&self.database, now).await {
            log::debug!("the cache's history is kept later: {err}");
        }
    }
}
