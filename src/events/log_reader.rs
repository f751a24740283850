//! Brings Redis up to date with the event log, whoever wrote there.
//!
//! Redis holds the *position*: a transaction id below which every transaction's events are applied. Event ids don't
//! do, because a slow transaction commits a lower id later. In one snapshot the reader takes the id below which no
//! transaction is still running, and all events from the position on; applies them; then moves the position there.
//!
//! **Invariant:** only the reader moves the position. The direct publish does not: it may overtake another
//! instance's event.

use std::time::Duration;

use super::{CacheReceiver, LogPosition, tags_of};
use crate::cache::{Cache, CacheError, Tag, TagSet};
use crate::db::event_replay::{self, Replay};
use crate::db::{Connection, Database, DbError, connect};
use crate::domain::PropertyEvent;

/// More events than this are not applied one by one: everything is made void.
const MOST_EVENTS: i64 = 10_000;

/// How long the log may take to be read.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why the log could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log can't be read.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Redis can't be reached.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The database doesn't answer: a connection may be dead without anybody having been told.
    #[error("the database is silent")]
    Silent,
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

    /// Applies what Redis does not reflect yet, over a connection of its own.
    ///
    /// # Errors
    /// As [`LogReader::catch_up`].
    pub async fn repair(&self) -> Result<(), ReplayError> {
        let mut connection = connect(&self.database).await?;
        self.catch_up(&mut connection).await
    }

    /// Applies what Redis does not reflect yet. Where that can't be known (no position, one of another database, one
    /// that is ahead of this one) or is too much, every entry is made void.
    ///
    /// # Errors
    /// When either server fails or is silent for too long; Redis then keeps its position.
    pub async fn catch_up(&self, connection: &mut Connection) -> Result<(), ReplayError> {
        let position = self.cache.position().await?;
        let known = position
            .as_deref()
            .and_then(|text| text.parse::<LogPosition>().ok());
        let read = event_replay::read(connection, MOST_EVENTS, |identity| {
            known.as_ref()?.xid_in(identity)
        });
        let log = tokio::time::timeout(PATIENCE, read)
            .await
            .map_err(|_| ReplayError::Silent)??;
        match log.replay {
            Replay::Events(events) => self.apply(&events).await?,
            Replay::TooMany(events) => {
                let site = TagSet::from([Tag::site()]);
                self.cache
                    .invalidate(&events, "replay", &site, true)
                    .await?;
            }
            Replay::Unknown => {
                log::info!(
                    "cache invalidated level=redis event=replay tags=site: what redis reflects is not known"
                );
                self.cache.void_all().await?;
            }
        }
        let now = LogPosition {
            identity: log.identity,
            xid: log.horizon,
        }
        .to_string();
        Ok(self.cache.move_position(position.as_deref(), &now).await?)
    }

    /// A long transaction anywhere in the server holds the position back, so most events have been applied before.
    async fn apply(&self, events: &[PropertyEvent]) -> Result<(), ReplayError> {
        let numbers: Vec<String> = events.iter().map(|event| event.id.0.to_string()).collect();
        let unapplied = self.cache.unapplied(&numbers).await?;
        for (event, _) in events
            .iter()
            .zip(unapplied)
            .filter(|(_, unapplied)| *unapplied)
        {
            let tags = tags_of(&event.change);
            self.receiver.receive_once(event, &tags).await?;
        }
        Ok(())
    }
}
