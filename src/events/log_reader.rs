//! Brings Redis up to date with the event log, whoever wrote there.
//!
//! Redis holds the *position*: a transaction id below which every transaction's events are applied. Event ids don't
//! do, because a slow transaction commits a lower id later. In one snapshot the reader takes the id below which no
//! transaction is still running, and all events from the position on; applies them; then moves the position there.
//!
//! **Invariant:** only the reader moves the position. The direct publish does not: it may overtake another
//! instance's event.

use super::{CacheReceiver, tags_of};
use crate::cache::{Cache, CacheError};
use crate::db::{Database, DbError, event_log};

/// More events than this are not applied one by one: everything is made void.
const MOST_EVENTS: i64 = 10_000;

/// Why the log could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log can't be read.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Redis can't be reached.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// Redis was lost midway.
    #[error("redis was lost while the event log was applied")]
    Interrupted,
}

/// Reads the log; cheap to clone.
#[derive(Clone)]
pub struct LogReader {
    database: Database,
    cache: Cache,
    receiver: CacheReceiver,
}

impl LogReader {
    /// A reader of a database's log for a cache.
    pub fn new(database: Database, cache: Cache) -> Self {
        let receiver = CacheReceiver::new(cache.clone());
        Self {
            database,
            cache,
            receiver,
        }
    }

    /// Applies what Redis does not reflect yet. Where that can't be known (no position, one of another database, one
    /// that is ahead of this one, or too much to apply), every entry is made void.
    ///
    /// # Errors
    /// When either server fails; Redis then keeps its position.
    pub async fn catch_up(&self) -> Result<(), ReplayError> {
        let position = self.cache.position().await?;
        let mut client = self.database.client().await?;
        let log = event_log::read_from(&mut client, MOST_EVENTS, |identity| {
            let (known, xid) = position.as_deref()?.rsplit_once(' ')?;
            (known == identity).then(|| xid.parse().ok()).flatten()
        });
        let log = log.await?;
        match log.events {
            Some(events) => {
                for event in &events {
                    if !self
                        .receiver
                        .receive_once(event, &tags_of(&event.change))
                        .await
                    {
                        return Err(ReplayError::Interrupted);
                    }
                }
            }
            None => {
                log::info!(
                    "cache invalidated level=redis event=replay tags=site: what redis reflects is not known"
                );
                self.cache.void_all().await?;
            }
        }
        let position_now = format!("{} {}", log.identity, log.horizon);
        if position.as_deref() != Some(&position_now)
            && let Err(err) = self.cache.set_position(&position_now).await
        {
            // A full server may refuse it; the same events are applied again then, which does no harm.
            log::debug!("the position in the event log was not kept: {err}");
        }
        Ok(())
    }
}
