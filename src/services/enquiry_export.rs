//! Exports enquiries as CSV for spreadsheets.

use std::borrow::Cow;
use std::io;
use std::pin::pin;

use chrono::SecondsFormat;
use futures_util::{Stream, TryStreamExt as _};
use tokio::sync::mpsc::Sender;

use super::exports::{Piece, send_file, take};
use super::fixtures::writing::{ROWS, guard};
use super::{Enquiries, Result};
use crate::db::{Client, DbError, enquiries};
use crate::domain::{Enquiry, EnquiryFilter};

/// The names of the columns.
const COLUMNS: [&str; 10] = [
    "id",
    "created_at",
    "state",
    "listing",
    "title",
    "name",
    "email",
    "phone",
    "viewing",
    "message",
];

impl Enquiries {
    /// The enquiries that a filter selects, of one snapshot, as CSV. A failure ends the stream with an error, so that a
    /// part is never mistaken for the whole.
    pub async fn export(&self, filter: EnquiryFilter) -> Result<impl Stream<Item = Piece> + use<>> {
        let client = self.database.unhurried_client().await?;
        Ok(send_file(client, |client, sender| {
            Box::pin(async move { write(client, &filter, sender).await })
        }))
    }
}

/// Writes the whole file; `false` if the client has disconnected.
async fn write(
    client: &Client,
    filter: &EnquiryFilter,
    sender: &Sender<Piece>,
) -> std::result::Result<bool, DbError> {
    if !take(sender, csv([COLUMNS.map(Cow::from)])?).await {
        return Ok(false);
    }
    let found = enquiries::stream(client, filter).await?;
    let mut parts = pin!(found.try_chunks(ROWS));
    while let Some(part) = parts.try_next().await.map_err(|err| err.1)? {
        if !take(sender, csv(part.iter().map(cells))?).await {
            return Ok(false);
        }
    }
    Ok(true)
}

fn csv<'a>(rows: impl IntoIterator<Item = [Cow<'a, str>; 10]>) -> io::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    for row in rows {
        out.write_record(row.iter().map(|cell| cell.as_bytes()))?;
    }
    out.into_inner().map_err(|err| io::Error::other(err.to_string()))
}

fn cells(found: &Enquiry) -> [Cow<'_, str>; 10] {
    [
        found.id.to_string().into(),
        found.created_at.to_rfc3339_opts(SecondsFormat::Secs, true).into(),
        found.state.name().into(),
        found.property.to_string().into(),
        guard(found.property_title.as_str().into()),
        guard(found.name.as_str().into()),
        guard(found.email.as_str().into()),
        guard(found.phone.as_str().into()),
        if found.viewing { "yes" } else { "no" }.into(),
        guard(found.message.as_str().into()),
    ]
}
