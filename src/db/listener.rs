//! Separate connections that are notified of committed events and new jobs.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_postgres::types::Type;
use tokio_postgres::{AsyncMessage, Client};

use super::connecting::{open, spawn};
use super::{Database, DbError, event_log};
use crate::domain::Event;

/// The channel that the event log's triggers notify; earlier releases listen on it as well.
const CHANNEL: &str = "property_event";
/// The names in `pg_stat_activity` of the connection that listens, and of the one that reads the log.
const LISTENING: &str = "property-listings events";
const READING: &str = "property-listings log";
/// The channel and the connection's name for new jobs.
const JOBS: (&str, &str) = ("property_job", "property-listings jobs");
/// The time limit of connecting, handshake included: a frozen server accepts connections and then sends nothing.
const CONNECT: Duration = Duration::from_secs(5);
/// The time limit of reading the events of a notification.
const PATIENCE: Duration = Duration::from_secs(3);
/// Notifications beyond this number are dropped: the log has their events.
const MOST_WAITING: usize = 1024;
/// If a notification has more events than this, they are not read one by one but from the log.
const MOST_EVENTS: i64 = 1000;

/// A connection outside the pool, so that no request waits for it, and a stuck one can be dropped.
pub async fn connect(database: &Database) -> Result<Client, DbError> {
    let connecting = open(database.direct().clone(), "");
    let (client, connection) = timeout(CONNECT, connecting).await.map_err(|_| silent())??;
    spawn(async move {
        if let Err(err) = connection.await {
            log::debug!("a separate connection was lost: {err}");
        }
    });
    Ok(client)
}

/// The events that a listener heard of.
#[derive(Debug)]
pub enum Heard {
    /// These events are in the log, perhaps with others.
    Events(Vec<Event>),
    /// There are events, too many to list.
    Many,
}

/// Receives notifications of the events of all programs. A notification may be lost with the connection; it only says
/// where to look in the log.
pub struct EventListener {
    client: Arc<Client>,
    notifications: mpsc::Receiver<Option<RangeInclusive<i64>>>,
}

impl EventListener {
    /// Connects and listens. The log is read over another connection, so that received events don't wait for that.
    pub async fn connect(database: &Database) -> Result<(Self, LogConnection), DbError> {
        let connecting = async {
            let (client, notifications) = listen(database, CHANNEL, LISTENING, ids).await?;
            let (log, connection) = database.direct().named(READING).open("").await?;
            tokio::spawn(connection);
            let listening = Arc::new(client);
            let log = LogConnection { client: log, listening: Arc::clone(&listening) };
            Ok((Self { client: listening, notifications }, log))
        };
        timeout(CONNECT, connecting).await.map_err(|_| silent())?
    }

    /// Waits for notifications, then for another `more`, and reads the events of all of them.
    pub async fn hear(&mut self, more: impl Future<Output = ()>) -> Result<Heard, DbError> {
        let lost = || DbError::Unavailable("the listening connection was lost".to_owned());
        let first = self.notifications.recv().await.ok_or_else(lost)?;
        more.await;
        let full = self.notifications.len() + 1 >= MOST_WAITING;
        let mut all = first;
        while let Ok(more) = self.notifications.try_recv() {
            all = all
                .zip(more)
                .map(|(all, more)| *all.start().min(more.start())..=*all.end().max(more.end()));
        }
        let few = |ids: &RangeInclusive<i64>| ids.end().saturating_sub(*ids.start()) < MOST_EVENTS;
        let Some(ids) = all.filter(few).filter(|_| !full) else {
            return Ok(Heard::Many);
        };
        let (start, end) = ids.into_inner();
        let sql = include_str!("../../sql/queries/event_list_between.sql");
        // Not kept prepared: a prepared statement fails after the columns change.
        let ids = [(&start as _, Type::INT8), (&end as _, Type::INT8)];
        let reading = self.client.query_typed(sql, &ids);
        let rows = timeout(PATIENCE, reading).await.map_err(|_| silent())??;
        Ok(Heard::Events(rows.iter().map(event_log::readable).collect()))
    }
}

/// The connection over which the log is read while another one listens.
pub struct LogConnection {
    client: Client,
    listening: Arc<Client>,
}

impl LogConnection {
    /// The connection.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Makes sure that the listening connection still answers: a dead one would only be silent.
    ///
    /// # Errors
    /// If it does not answer in time.
    pub async fn check_listening(&self) -> Result<(), DbError> {
        let answer = timeout(PATIENCE, self.listening.batch_execute("")).await;
        Ok(answer.map_err(|_| silent())??)
    }
}

/// Receives notifications of new jobs. A notification may be lost with the connection.
pub struct JobListener {
    /// Keeps the connection open.
    _client: Client,
    notifications: mpsc::Receiver<()>,
}

impl JobListener {
    /// Connects and listens.
    pub async fn connect(database: &Database) -> Result<Self, DbError> {
        let listening = listen(database, JOBS.0, JOBS.1, |_| ());
        let (client, notifications) = timeout(CONNECT, listening).await.map_err(|_| silent())??;
        Ok(Self { _client: client, notifications })
    }

    /// Waits for a notification; `false` if the connection was lost.
    pub async fn hear(&mut self) -> bool {
        self.notifications.recv().await.is_some()
    }
}

/// Connects, listens on a channel and passes on what `read` makes of each notification. The connection runs on the
/// caller's thread, so that a notification does not wait for the answers of the pool's connections.
async fn listen<T: Send + 'static>(
    database: &Database,
    channel: &str,
    application_name: &str,
    read: impl Fn(&str) -> T + Send + 'static,
) -> Result<(Client, mpsc::Receiver<T>), DbError> {
    let way = database.direct().named(application_name);
    let (client, mut connection) = way.open("").await?;
    let (sender, notifications) = mpsc::channel(MOST_WAITING);
    tokio::spawn(async move {
        let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
        while let Some(Ok(message)) = messages.next().await {
            if let AsyncMessage::Notification(notification) = message {
                // If the channel is full, one more notification would add nothing.
                let _ = sender.try_send(read(notification.payload()));
            }
        }
    });
    client.batch_execute(&format!("LISTEN {channel}")).await?;
    Ok((client, notifications))
}

/// The events that a payload names, `first-last`; `None` if it can't be read.
fn ids(payload: &str) -> Option<RangeInclusive<i64>> {
    let (first, last) = payload.split_once('-')?;
    Some(first.parse().ok()?..=last.parse().ok()?)
}

fn silent() -> DbError {
    DbError::Unavailable("the connection is silent".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_names_a_range_of_events() {
        assert_eq!(ids("7-9"), Some(7..=9));
        for payload in ["", "7", "a-b", "7-", "99999999999999999999-1"] {
            assert_eq!(ids(payload), None, "{payload}");
        }
    }
}
