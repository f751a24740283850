//! Receives the events of every program that writes to the database, and applies them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::{LogReader, ReplayError};
use crate::cache::Cache;
use crate::db::{Database, EventListener, Heard};
use crate::domain::LogPosition;

/// How long a lost notification can go unnoticed; well below the lease of the memory tier, which each reading of the
/// log extends.
const RECONCILE: Duration = Duration::from_millis(500);
/// The minimum time between two applications of received events. A single write is applied at once. In a stream of
/// writes, those within this time are applied together, and each page that shows them is computed once for all of them.
/// Other instances may show a write up to 100 ms later.
const SPACING: Duration = Duration::from_millis(10);
/// The first and the longest pause before the next attempt to connect.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Listens for as long as the program runs. Events that were missed while the connection was lost are in the log, which
/// is read on every reconnect and regularly besides. While there is no connection, the memory tier is disarmed. `ready`
/// is notified when the first attempt has succeeded or failed. `position` is that of the empty memory, as taken before
/// the cache was connected; without one, the first reading invalidates the memory.
pub async fn listen(
    database: Database,
    cache: Cache,
    mut position: Option<LogPosition>,
    ready: Arc<Notify>,
) {
    let reader = LogReader::new(database.clone(), cache.clone());
    let mut wait = BACKOFF.0;
    let mut told = false;
    loop {
        match EventListener::connect(&database).await {
            Ok(listener) => {
                if told {
                    log::info!("listening for events again");
                }
                told = false;
                if follow(listener, &reader, &mut position, &ready).await {
                    wait = BACKOFF.0;
                }
                cache.disarm();
            }
            Err(err) if !told => {
                log::warn!("can't listen for events, trying again: {err}");
                told = true;
            }
            Err(_) => {}
        }
        ready.notify_one();
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(BACKOFF.1);
    }
}

/// Applies the log regularly, and received events in between, until the connection is lost. Returns whether the log
/// could be read at all.
async fn follow(
    mut listener: EventListener,
    reader: &LogReader,
    position: &mut Option<LogPosition>,
    ready: &Notify,
) -> bool {
    let mut read = false;
    loop {
        match reader.catch_up(listener.client(), position).await {
            Ok(()) => read = true,
            Err(err @ (ReplayError::Database(_) | ReplayError::Silent)) => {
                log::warn!("the event log can't be read, reconnecting: {err}");
                return read;
            }
            // The link to Redis logs its outage; the events wait in the log.
            Err(err) => {
                read = true;
                log::debug!("the event log is applied later: {err}");
            }
        }
        ready.notify_one();
        let deadline = Instant::now() + RECONCILE;
        let mut from = Instant::now();
        loop {
            match listener.hear(sleep_until(from), deadline).await {
                Ok(Heard::Events(events)) => {
                    from = Instant::now() + SPACING;
                    reader.apply(&events).await;
                }
                Ok(Heard::Many | Heard::Nothing) => break,
                Err(err) => {
                    log::warn!("{err}");
                    return read;
                }
            }
        }
    }
}
