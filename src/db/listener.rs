//! A separate connection that is notified of committed events.

use std::ops::RangeInclusive;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::types::Type;
use tokio_postgres::{AsyncMessage, Client};

use super::connecting::{open, spawn};
use super::{Database, DbError, event_log};
use crate::domain::Event;

/// The channel that the event log's triggers notify; earlier releases listen on it as well.
const CHANNEL: &str = "property_event";
/// How an operator recognises the connection in `pg_stat_activity`.
const APPLICATION_NAME: &str = "property-listings events";
/// The same of jobs: they are added.
const JOBS: (&str, &str) = ("property_job", "property-listings jobs");
/// How long connecting may take, handshake included: a frozen server accepts and then says nothing.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the events of a notification may take to be read.
const PATIENCE: Duration = Duration::from_secs(3);
/// More notifications than this are not kept: the log tells what they would have.
const MOST_WAITING: usize = 1024;
/// More events than this are read from the log, not one by one.
const MOST_EVENTS: i64 = 1000;

/// A connection that is not of the pool, so that no request waits for it and a stuck one is simply dropped.
pub async fn connect(database: &Database) -> Result<Client, DbError> {
    let connecting = open(database.direct().clone(), "");
    let (client, connection) = timeout(CONNECT, connecting).await.map_err(|_| silent())??;
    spawn(async move {
        if let Err(err) = connection.await {
            log::debug!("a connection of its own was lost: {err}");
        }
    });
    Ok(client)
}

/// What a listener has heard.
#[derive(Debug)]
pub enum Heard {
    /// These events are in the log, maybe among others.
    Events(Vec<Event>),
    /// There are events, too many to be named.
    Many,
    /// Nothing until the deadline.
    Nothing,
}

/// Is notified of every program's events. A notification may be lost with the connection; it only says where to look in
/// the log.
pub struct EventListener {
    client: Client,
    notifications: mpsc::Receiver<Option<RangeInclusive<i64>>>,
}

impl EventListener {
    /// Connects and listens.
    pub async fn connect(database: &Database) -> Result<Self, DbError> {
        let listening = listen(database, CHANNEL, APPLICATION_NAME, ids);
        let (client, notifications) = timeout(CONNECT, listening).await.map_err(|_| silent())??;
        Ok(Self { client, notifications })
    }

    /// The connection, for reading the log.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Waits for notifications until the deadline, then for `more`, and reads the events of all notifications until then.
    pub async fn hear(
        &mut self,
        more: impl Future<Output = ()>,
        deadline: Instant,
    ) -> Result<Heard, DbError> {
        let lost = || DbError::Unavailable("the listening connection was lost".to_owned());
        let first = match timeout_at(deadline, self.notifications.recv()).await {
            Ok(first) => first.ok_or_else(lost)?,
            Err(_) => return Ok(Heard::Nothing),
        };
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
        // Not kept prepared: a statement fails when the columns have changed since.
        let ids = [(&start as _, Type::INT8), (&end as _, Type::INT8)];
        let reading = self.client.query_typed(sql, &ids);
        let rows = timeout(PATIENCE, reading).await.map_err(|_| silent())??;
        Ok(Heard::Events(rows.iter().map(event_log::readable).collect()))
    }
}

/// Is notified of new jobs. A notification may be lost with the connection.
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

    /// Waits for a notification; `false` where the connection was lost.
    pub async fn hear(&mut self) -> bool {
        self.notifications.recv().await.is_some()
    }
}

/// Connects and listens on a channel; what is read of each notification is received, on the caller's thread, which does
/// nothing else where it matters: a notification does not wait for the pool's answers.
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
                // A full channel says as much as one more notification in it.
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
