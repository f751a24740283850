//! Updates the caches from the event log, which contains the writes of every program.
//!
//! A cache has a [`LogPosition`]: the log's history, and the snapshot whose transactions the cache reflects. The reader
//! takes a later snapshot, applies the events of all transactions that are new in it, then moves the position there; so
//! each event is read once, however long another transaction stays open. Event ids or transaction ids alone are not
//! enough: a slow transaction commits a lower one later, and a database that lost transactions assigns theirs again.
//! Redis holds its own position; the follower holds that of this process's memory.
//!
//! **Invariant:** only the reader moves a position. A direct publish does not, because it may overtake another
//! instance's event.
//!
//! **Invariant:** a cache whose position is of another history is invalidated completely: after a failover or a
//! restored backup it may hold rows that the database does not have.

use std::time::{Duration, Instant};

use super::CacheReceiver;
use super::cache_receiver::mark_of;
use crate::cache::{Cache, CacheError, HeldPosition, Invalidation, Tag, TagSet};
use crate::db::event_replay::{self, LogSlice, Replay};
use crate::db::{Connection, Database, DbError, connect};
use crate::domain::{Event, LogPosition};

/// If there are more new events than this, everything is invalidated once instead of applying them one by one.
const MOST_EVENTS: i64 = 10_000;

/// The time limit of reading the log.
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
    /// The database doesn't answer: the connection may be dead.
    #[error("the database does not answer")]
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
        Self { database, cache, receiver }
    }

    /// Applies to Redis the events that it does not reflect yet, over a separate connection.
    ///
    /// # Errors
    /// If either server fails or does not answer in time; Redis then keeps its position.
    pub async fn repair(&self) -> Result<(), ReplayError> {
        let connection = connect(&self.database).await?;
        let held = self.cache.position().await?;
        let position = parsed(&held);
        let log = read(&connection, &[position.as_ref()]).await?;
        let replay = log.replays.first().unwrap_or(&Replay::Unknown);
        self.bring_redis_up(&held, replay, &log.end).await
    }

    /// The end of the log, for a memory that is still empty: taken before anything else is read, so that no event is
    /// missed.
    pub async fn end(&self) -> Result<LogPosition, ReplayError> {
        let connection = connect(&self.database).await?;
        Ok(read(&connection, &[]).await?.end)
    }

    /// Applies to Redis and to this process's memory the events that they don't reflect yet, then lets both answer for
    /// a lease. `own` is the memory's position. If a position is not of this log (absent, of another history, ahead of
    /// it), or too many events are new, that cache is invalidated completely.
    ///
    /// # Errors
    /// If the log can't be read: no position has moved then. If only Redis fails, the memory is up to date and armed.
    pub async fn catch_up(
        &self,
        connection: &Connection,
        own: &mut Option<LogPosition>,
    ) -> Result<(), ReplayError> {
        let since = Instant::now();
        let held = self.cache.position().await;
        let shared = held.as_ref().ok().and_then(parsed);
        let log = read(connection, &[shared.as_ref(), own.as_ref()]).await?;
        let [redis, memory] = &log.replays[..] else {
            return Err(DbError::Corrupt("event_log").into());
        };
        // Redis first, so that this process reads nothing older from it afterwards.
        let applied = match &held {
            Ok(held) => self.bring_redis_up(held, redis, &log.end).await,
            Err(_) => {
                // Redis is off or can't be reached; missed events are applied when it is repaired.
                self.cache.repair_anew();
                Ok(())
            }
        };
        self.bring_memory_up(memory, own.is_some());
        *own = Some(log.end);
        self.cache.arm(since);
        match (held, applied) {
            (Err(err), _) if self.cache.redis_is_up().is_some() => Err(err.into()),
            (_, applied) => applied,
        }
    }

    /// Applies events that were just received, without moving a position: events that were not received are found in
    /// the log.
    pub async fn apply(&self, events: &[Event]) {
        let lacks = |event: &&Event| self.cache.memory_lacks(&mark_of(event));
        let lacking: Vec<_> = events.iter().filter(lacks).collect();
        if let Err(err) = self.receiver.receive_in_redis(&lacking).await {
            // Redis is not used before it has been repaired.
            log::debug!("events are applied when redis is repaired: {err}");
            self.cache.repair_anew();
        }
        self.receiver.receive_in_memory(events);
    }

    async fn bring_redis_up(
        &self,
        held: &HeldPosition,
        replay: &Replay,
        end: &LogPosition,
    ) -> Result<(), ReplayError> {
        match replay {
            Replay::Events(events) => {
                let marks: Vec<_> = events.iter().map(mark_of).collect();
                let unapplied = self.cache.unapplied(&marks).await?;
                let lacking = events.iter().zip(unapplied).filter(|(_, lacks)| *lacks);
                let lacking: Vec<_> = lacking.map(|(event, _)| event).collect();
                self.receiver.receive_in_redis(&lacking).await?;
            }
            Replay::TooMany => {
                let all = Invalidation {
                    events: Vec::new(),
                    cause: "replay",
                    actor: String::new(),
                    subject: format!("more than {MOST_EVENTS} events"),
                    tags: TagSet::from([Tag::site()]),
                    removes_pages: false,
                };
                self.cache.invalidate_shared(&all, false).await?;
            }
            Replay::Unknown => {
                log::info!("cache invalidated level=redis event=replay tags=site: {NEW_HISTORY}");
                self.cache.void_all().await?;
            }
        }
        Ok(self.cache.move_position(held, &end.to_string()).await?)
    }

    fn bring_memory_up(&self, replay: &Replay, had_position: bool) {
        match replay {
            Replay::Events(events) => self.receiver.receive_in_memory(events),
            Replay::TooMany => self.cache.void_memory(),
            Replay::Unknown => {
                if had_position {
                    log::warn!("cache invalidated level=memory event=replay: {NEW_HISTORY}");
                }
                self.cache.void_memory();
                // Pages with rows that the database does not have must not be served during an outage.
                self.cache.clear_memory();
            }
        }
        self.cache.forget_older_marks();
    }
}

/// Why everything is invalidated.
const NEW_HISTORY: &str = "the position is of another history, after a failover, a restored backup or a loss of the cache's keys";

async fn read(
    connection: &Connection,
    positions: &[Option<&LogPosition>],
) -> Result<LogSlice, ReplayError> {
    let read = event_replay::read(connection, MOST_EVENTS, positions);
    let log = tokio::time::timeout(PATIENCE, read).await;
    Ok(log.map_err(|_| ReplayError::Silent)??)
}

fn parsed(held: &HeldPosition) -> Option<LogPosition> {
    held.text.as_deref()?.parse().ok()
}
