//! Brings the caches up to date with the event log, whoever wrote there.
//!
//! A cache has a *position*: a transaction id below which every transaction's events are applied. Event ids don't do,
//! because a slow transaction commits a lower id later. In one snapshot the reader takes the id below which no
//! transaction is still running, and all events from the position on; applies them; then moves the position there.
//! Redis holds its position itself; that of this process's memory is the follower's.
//!
//! **Invariant:** only the reader moves a position. The direct publish does not: it may overtake another instance's
//! event.

use std::time::{Duration, Instant};

use super::{CacheReceiver, LogPosition};
use crate::cache::{Cache, CacheError, HeldPosition, Invalidation, Tag, TagSet};
use crate::db::event_replay::{self, LogSlice, Replay};
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

    /// Applies to Redis what it does not reflect yet, over a connection of its own.
    ///
    /// # Errors
    /// When either server fails or is silent for too long; Redis then keeps its position.
    pub async fn repair(&self) -> Result<(), ReplayError> {
        let mut connection = connect(&self.database).await?;
        let held = self.cache.position().await?;
        let position = parsed(&held);
        let log = read(&mut connection, &[position.as_ref()]).await?;
        self.bring_redis_up(&held, &log).await
    }

    /// The end of the log, for a memory that is still empty: taken before anything else is read, so that no event
    /// falls between.
    ///
    /// # Errors
    /// When the database fails or is silent for too long.
    pub async fn end(&self) -> Result<LogPosition, ReplayError> {
        let mut connection = connect(&self.database).await?;
        Ok(end_of(&read(&mut connection, &[]).await?))
    }

    /// Applies to Redis and to this process's memory what they don't reflect yet, then arms the memory. `own` is the
    /// memory's position. Where a position is none of this log's (absent, of another database, ahead of it), or too
    /// much happened since, everything of that cache is made void.
    ///
    /// # Errors
    /// When the log can't be read: nothing has moved then. When only Redis fails, the memory is up to date and armed.
    pub async fn catch_up(
        &self,
        connection: &mut Connection,
        own: &mut Option<LogPosition>,
    ) -> Result<(), ReplayError> {
        let since = Instant::now();
        let held = self.cache.position().await;
        let shared = held.as_ref().ok().and_then(parsed);
        let positions = [shared.as_ref(), own.as_ref()];
        // Redis may be off or out of reach; what it misses is applied when it is repaired.
        let wanted = if held.is_ok() {
            &positions[..]
        } else {
            &positions[1..]
        };
        let log = read(connection, wanted).await?;
        // First Redis, so that this process reads nothing older from it afterwards.
        let applied = match &held {
            Ok(held) => self.bring_redis_up(held, &log).await,
            Err(_) => {
                self.cache.repair_anew();
                Ok(())
            }
        };
        self.bring_memory_up(own, &log);
        self.cache.arm(since);
        match (held, applied) {
            (Err(err), _) if self.cache.redis_is_up().is_some() => Err(err.into()),
            (_, applied) => applied,
        }
    }

    /// Applies events that were heard of a moment ago, without moving any position: what is not heard of is found in
    /// the log.
    pub async fn apply(&self, events: &[PropertyEvent]) {
        let lacking = |event: &&PropertyEvent| self.cache.memory_lacks(&event.id.0.to_string());
        let events: Vec<_> = events.iter().filter(lacking).collect();
        if let Err(err) = self.receiver.receive_in_redis(&events).await {
            // Redis is not used before it has been repaired.
            log::debug!("events are applied when redis is repaired: {err}");
            self.cache.repair_anew();
        }
        self.receiver.receive_in_memory(&events);
    }

    /// A long transaction anywhere in the server holds the position back, so most events have been applied before.
    async fn bring_redis_up(&self, held: &HeldPosition, log: &LogSlice) -> Result<(), ReplayError> {
        match (parsed(held).and_then(|held| from(&held, log)), &log.replay) {
            (Some(from), Replay::Events(events)) => {
                let events: Vec<_> = events.iter().filter(|(xid, _)| *xid >= from).collect();
                let numbers: Vec<_> = events.iter().map(|(_, e)| e.id.0.to_string()).collect();
                let unapplied = self.cache.unapplied(&numbers).await?;
                let lacking = events.iter().zip(unapplied).filter(|(_, lacks)| *lacks);
                let lacking: Vec<_> = lacking.map(|((_, event), _)| event).collect();
                self.receiver.receive_in_redis(&lacking).await?;
            }
            (Some(_), Replay::TooMany(events)) => {
                let all = Invalidation {
                    events: vec![events.clone()],
                    cause: "replay",
                    actor: String::new(),
                    subject: events.clone(),
                    tags: TagSet::from([Tag::site()]),
                };
                self.cache.invalidate_shared(&all, true).await?;
            }
            (None, _) | (Some(_), Replay::Unknown) => {
                log::info!(
                    "cache invalidated level=redis event=replay tags=site: what redis reflects is not known"
                );
                self.cache.void_all().await?;
            }
        }
        let now = end_of(log).to_string();
        Ok(self.cache.move_position(held, &now).await?)
    }

    fn bring_memory_up(&self, own: &mut Option<LogPosition>, log: &LogSlice) {
        match (own.as_ref().and_then(|own| from(own, log)), &log.replay) {
            (Some(from), Replay::Events(events)) => {
                let events = events.iter().filter(|(xid, _)| *xid >= from);
                let numbered = events.map(|(xid, event)| (*xid, event.id.0.to_string(), event));
                let numbered: Vec<_> = numbered.collect();
                let lacking = numbered
                    .iter()
                    .filter(|(_, id, _)| self.cache.memory_lacks(id));
                let lacking: Vec<_> = lacking.map(|(_, _, event)| *event).collect();
                self.receiver.receive_in_memory(&lacking);
                // These are not read again.
                let done = numbered.iter().filter(|(xid, ..)| *xid < log.horizon);
                self.cache
                    .forget_applied(done.map(|(_, id, _)| id.as_str()));
            }
            (Some(_), Replay::TooMany(_)) | (None, _) | (Some(_), Replay::Unknown) => {
                self.cache.void_memory();
            }
        }
        *own = Some(end_of(log));
    }
}

/// Reads the log from the first of some positions on that are of this log.
async fn read(
    connection: &mut Connection,
    positions: &[Option<&LogPosition>],
) -> Result<LogSlice, ReplayError> {
    let first = |identity: &str, horizon: u64| {
        let known = positions.iter().flatten();
        let ids = known.filter_map(|position| position.xid_in(identity));
        ids.filter(|xid| *xid <= horizon).min()
    };
    let read = event_replay::read(connection, MOST_EVENTS, first);
    let log = tokio::time::timeout(PATIENCE, read).await;
    Ok(log.map_err(|_| ReplayError::Silent)??)
}

fn parsed(held: &HeldPosition) -> Option<LogPosition> {
    held.text.as_deref()?.parse().ok()
}

/// The transaction id of a position, if it is one of a log's.
fn from(position: &LogPosition, log: &LogSlice) -> Option<u64> {
    let xid = position.xid_in(&log.identity);
    xid.filter(|xid| *xid <= log.horizon)
}

/// Where a cache is that reflects all of a log.
fn end_of(log: &LogSlice) -> LogPosition {
    LogPosition {
        identity: log.identity.clone(),
        xid: log.horizon,
    }
}
