//! Exports rows as a file, which is sent while they are read.
//!
//! **Invariant:** however many rows there are, only a few hundred are in memory; and a client that stops reading holds
//! neither a connection nor a snapshot of the database for long.

use std::io::{self, Read as _};
use std::pin::pin;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{Stream, TryStreamExt as _, stream};
use tokio::sync::mpsc::{Sender, channel};

use super::fixtures::Format;
use super::fixtures::writing::{ROWS, Writer};
use super::{Editor, Result};
use crate::db::{Client, DbError, admin_listings};
use crate::domain::{AdminOrder, Selection};

/// The size of a piece of what ends a file, in bytes.
const PIECE: usize = 64 * 1024;
/// The number of pieces that may wait for the client.
const WAITING: usize = 4;
/// How long a client may take for a piece.
const PATIENCE: Duration = Duration::from_secs(60);

/// A piece of the file, or the error that ended it.
pub type Piece = Result<Vec<u8>>;

impl Editor {
    /// The chosen listings of one snapshot as a file, in an order. A failure ends the stream with an error, so that a
    /// part is never mistaken for the whole.
    pub async fn export(
        &self,
        selection: Selection,
        order: AdminOrder,
        format: Format,
        site_url: &str,
    ) -> Result<impl Stream<Item = Piece> + use<>> {
        let client = self.database.unhurried_client().await?;
        let site_url = site_url.to_owned();
        Ok(send_file(client, move |client, sender| {
            Box::pin(
                async move { write(client, &selection, &order, (format, &site_url), sender).await },
            )
        }))
    }
}

/// The pieces of a file that `write` sends. It returns `false` if the client has disconnected.
pub(super) fn send_file<W>(client: Client, write: W) -> impl Stream<Item = Piece> + use<W>
where
    W: for<'a> FnOnce(
            &'a Client,
            &'a Sender<Piece>,
        ) -> BoxFuture<'a, std::result::Result<bool, DbError>>
        + Send
        + 'static,
{
    let (sender, mut receiver) = channel(WAITING);
    tokio::spawn(async move {
        match write(&client, &sender).await {
            Ok(true) => {}
            Ok(false) => client.end(),
            Err(err) => {
                client.end();
                let _ = sender.send(Err(err.into())).await;
            }
        }
    });
    stream::poll_fn(move |context| receiver.poll_recv(context))
}

/// Writes the whole file; `false` if the client has disconnected.
async fn write(
    client: &Client,
    selection: &Selection,
    order: &AdminOrder,
    (format, site_url): (Format, &str),
    sender: &Sender<Piece>,
) -> Result<bool, DbError> {
    let (mut writer, piece) = Writer::begin(format, site_url)?;
    if !take(sender, piece).await {
        return Ok(false);
    }
    let rows = admin_listings::stream_selected(client, selection, order).await?;
    let mut pieces = pin!(rows.try_chunks(ROWS));
    while let Some(rows) = pieces.try_next().await.map_err(|err| err.1)? {
        if !take(sender, writer.rows(&rows)?).await {
            return Ok(false);
        }
    }
    let mut rest =
        tokio::task::spawn_blocking(|| writer.end()).await.map_err(io::Error::other)??;
    loop {
        let mut piece = vec![0; PIECE];
        let length = rest.read(&mut piece)?;
        piece.truncate(length);
        match length {
            0 => return Ok(true),
            _ if !take(sender, piece).await => return Ok(false),
            _ => {}
        }
    }
}

/// Whether the client takes a piece. An empty one is not sent.
pub(super) async fn take(sender: &Sender<Piece>, piece: Vec<u8>) -> bool {
    if piece.is_empty() {
        return !sender.is_closed();
    }
    let taken = tokio::time::timeout(PATIENCE, sender.send(Ok(piece)));
    matches!(taken.await, Ok(Ok(())))
}
