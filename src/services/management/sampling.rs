//! Takes the samples of the history, and keeps them.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Management;
use super::history::CacheHistory;

/// How long the database may take when the site stops.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How often it is told then: a connection that a worker opened ends with the worker, perhaps at the same moment.
const LAST_TRIES: usize = 3;

impl Management {
    /// What the cache did lately.
    pub fn history(&self) -> &CacheHistory {
        &self.history
    }

    /// Reads the counters. When a minute has ended, what was counted in it is written, and what has expired is removed,
    /// unless the database is out of reach.
    pub async fn sample(&self, now: DateTime<Utc>) {
        if self.history.take(&self.cache, now) {
            self.exchange_history(now).await;
            if let Err(err) = self.editor.forget_expired_uploads().await {
                log::debug!("files that have expired are removed later: {err}");
            }
        }
    }

    /// Writes what was counted since the last whole minute, because the process ends.
    pub async fn keep_history(&self, now: DateTime<Utc>) {
        self.history.take(&self.cache, now);
        self.history.lock().end_minute();
        let last_words = async {
            for _ in 0..LAST_TRIES {
                match self.history.write(&self.database).await {
                    Ok(_) => return,
                    Err(err) => log::debug!("the last figures can't be kept: {err}"),
                }
            }
        };
        // Where the database can't be told in time, these figures are lost.
        let _ = tokio::time::timeout(LAST_WORDS, last_words).await;
    }

    /// Reads what was written before this process began, unless that is done.
    pub(super) async fn load_history(&self, now: DateTime<Utc>) {
        if !self.history.lock().loaded {
            self.exchange_history(now).await;
        }
    }

    async fn exchange_history(&self, now: DateTime<Utc>) {
        if let Err(err) = self.history.exchange(&self.database, now).await {
            log::debug!("the cache's history is kept later: {err}");
        }
    }
}
