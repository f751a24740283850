//! A connection of its own that hears of committed events.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, NoTls};

use super::{Database, DbError};

/// The channel that the event log's triggers notify.
const CHANNEL: &str = "property_event";
/// How long the connection may take to answer its heartbeat.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// A connection that is not of the pool, so that no request waits for it and a stuck one is simply dropped.
///
/// # Errors
/// When the server can't be reached.
pub async fn connect(database: &Database) -> Result<Client, DbError> {
    let (client, connection) = database.config().connect(NoTls).await?;
    tokio::spawn(async move {
        if let Err(err) = connection.await {
            log::debug!("a connection of its own was lost: {err}");
        }
    });
    Ok(client)
}

/// Hears of events, whoever caused them. What it hears is only that there is something to read in the log: a
/// notification may be lost with the connection, and carries nothing that is trusted.
pub struct EventListener {
    client: Client,
    notifications: mpsc::Receiver<()>,
}

impl EventListener {
    /// Connects and listens.
    ///
    /// # Errors
    /// When the server can't be reached.
    pub async fn connect(database: &Database) -> Result<Self, DbError> {
        let (client, mut connection) = database.config().connect(NoTls).await?;
        // One waiting notification says as much as many.
        let (sender, notifications) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(Ok(message)) = messages.next().await {
                if matches!(message, AsyncMessage::Notification(_)) {
                    let _ = sender.try_send(());
                }
            }
        });
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        Ok(Self {
            client,
            notifications,
        })
    }

    /// The connection, for reading the log.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Waits for a notification, or until the time is over.
    ///
    /// # Errors
    /// When the connection is lost, or doesn't answer its heartbeat.
    pub async fn wait(&mut self, at_most: Duration) -> Result<(), DbError> {
        match tokio::time::timeout(at_most, self.notifications.recv()).await {
            Ok(Some(())) => Ok(()),
            Ok(None) => Err(DbError::Unavailable(
                "the listening connection was lost".to_owned(),
            )),
            Err(_) => {
                let beat = tokio::time::timeout(HEARTBEAT, self.client.simple_query("")).await;
                let silent =
                    || DbError::Unavailable("the listening connection is silent".to_owned());
                beat.map_err(|_| silent())??;
                Ok(())
            }
        }
    }
}
