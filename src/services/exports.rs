//! Exports listings as a file, which is sent while they are read.
//!
//! **Invariant:** however many rows there are, only a few hundred are in memory; and a client that stops reading holds
//! neither a connection nor a snapshot of the database for long.

use std::pin::pin;
use std::time::Duration;

use futures_util::{Stream, TryStreamExt as _, stream};
use tokio::sync::mpsc::{Sender, channel};

use super::fixtures::{Format, sheet};
use super::{Editor, Result};
use crate::db::{Client, DbError, admin_listings};
use crate::domain::{AdminOrder, Selection};

/// The number of rows that are written at once.
const ROWS: usize = 100;
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
    ) -> Result<impl Stream<Item = Piece> + use<>> {
        let client = self.database.unhurried_client().await?;
        let (sender, mut receiver) = channel(WAITING);
        tokio::spawn(async move {
            match write(&client, &selection, &order, format, &sender).await {
                Ok(true) => {}
                Ok(false) => client.end(),
                Err(err) => {
                    client.end();
                    let _ = sender.send(Err(err.into())).await;
                }
            }
        });
        Ok(stream::poll_fn(move |context| receiver.poll_recv(context)))
    }
}

/// Writes the whole file; `false` if the client has disconnected.
async fn write(
    client: &Client,
    selection: &Selection,
    order: &AdminOrder,
    format: Format,
    sender: &Sender<Piece>,
) -> Result<bool, DbError> {
    if !take(sender, sheet::begin(format)?).await {
        return Ok(false);
    }
    let rows = admin_listings::stream_selected(client, selection, order).await?;
    let mut pieces = pin!(rows.try_chunks(ROWS));
    while let Some(rows) = pieces.try_next().await.map_err(|err| err.1)? {
        if !take(sender, sheet::rows(format, &rows)?).await {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn take(sender: &Sender<Piece>, piece: Vec<u8>) -> bool {
    let taken = tokio::time::timeout(PATIENCE, sender.send(Ok(piece)));
    matches!(taken.await, Ok(Ok(())))
}
