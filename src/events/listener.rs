//! Receives the events of every program that writes to the database, and applies them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

use super::{LogReader, ReplayError};
use crate::cache::Cache;
use crate::db::{Database, DbError, EventListener, Heard, LogConnection};
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
            Ok((listener, log)) => {
                if told {
                    log::info!("listening for events again");
                }
                told = false;
                if follow(listener, &log, &reader, &mut position, &ready).await {
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

/// Applies received events and, at the same time, the log regularly, until the connection is lost. Returns whether the log
/// could be read at all.
///
/// A write that is committed while the log is read does not wait for its end. Both ways may apply an event at the same moment,
/// as the publisher of an event and a reader may.
async fn follow(
    listener: EventListener,
    log: &LogConnection,
    reader: &LogReader,
    position: &mut Option<LogPosition>,
    ready: &Notify,
) -> bool {
    let (mut read, many) = (false, Notify::new());
    let regularly = async {
        loop {
            match reader.catch_up(log.client(), position).await {
                Err(err @ (ReplayError::Database(_) | ReplayError::Silent)) => {
                    return format!("the event log can't be read, reconnecting: {err}");
                }
                // The link to Redis logs its outage; the events wait in the log.
                Err(err) => log::debug!("the event log could not be applied, trying again: {err}"),
                Ok(()) => {}
            }
            read = true;
            ready.notify_one();
            if let Err(err) = log.check_listening().await {
                return err.to_string();
            }
            // Either way it is time to read again.
            let _ = timeout(RECONCILE, many.notified()).await;
        }
    };
    let lost = tokio::select! {
        lost = regularly => lost,
        lost = apply_received(listener, reader, &many) => lost.to_string(),
    };
    log::warn!("{lost}");
    read
}

/// Applies the events of each notification until the connection is lost. `many` is notified if there are too many: then the
/// log is read.
async fn apply_received(mut listener: EventListener, reader: &LogReader, many: &Notify) -> DbError {
    let mut from = Instant::now();
    loop {
        match listener.hear(sleep_until(from)).await {
            Ok(Heard::Events(events)) => {
                from = Instant::now() + SPACING;
                reader.apply(&events).await;
            }
            Ok(Heard::Many) => many.notify_one(),
            Err(err) => return err,
        }
    }
}
