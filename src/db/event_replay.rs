//! The part of the event log that a cache may not reflect yet.

use tokio_postgres::{Client, IsolationLevel};

use super::{DbError, event_log};
use crate::domain::{Change, EventId, PropertyEvent};

/// What the log holds from a position on.
#[derive(Debug)]
pub struct LogSlice {
    /// Which database this is: a position of another one means nothing here.
    pub identity: String,
    /// The transaction id below which no transaction is still running.
    pub horizon: u64,
    /// What is to be applied.
    pub replay: Replay,
}

/// What is to be applied to a cache.
#[derive(Debug)]
pub enum Replay {
    /// These events, in order, each with the id of its transaction.
    Events(Vec<(u64, PropertyEvent)>),
    /// More events than the limit; the text changes whenever one is added.
    TooMany(String),
    /// There is no usable position: none, one of another database, or one that is ahead of this one.
    Unknown,
}

/// Reads the horizon and the events from a position on, in one snapshot. `position` is asked with the database's
/// identity and the horizon for the transaction id to start at; one that is ahead of the horizon is of a time that
/// this database, restored from a backup, has not seen, and no position.
///
/// # Errors
/// When the database can't answer.
pub async fn read(
    client: &mut Client,
    limit: i64,
    position: impl FnOnce(&str, u64) -> Option<u64>,
) -> Result<LogSlice, DbError> {
    let snapshot = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead);
    let transaction = snapshot.read_only(true).start().await?;
    let row = transaction
        .query_one(include_str!("../../sql/queries/event_horizon.sql"), &[])
        .await?;
    let (identity, horizon): (String, String) = (row.get(0), row.get(1));
    let horizon = horizon
        .parse()
        .map_err(|_| DbError::Corrupt("pg_snapshot_xmin"))?;
    let Some(from) = position(&identity, horizon).filter(|from| *from <= horizon) else {
        return Ok(LogSlice {
            identity,
            horizon,
            replay: Replay::Unknown,
        });
    };
    let from = from.to_string();
    let sql = include_str!("../../sql/queries/event_list_from.sql");
    let rows = transaction.query(sql, &[&from, &(limit + 1)]).await?;
    let replay = match i64::try_from(rows.len()).is_ok_and(|count| count <= limit) {
        true => {
            let events = rows.iter().map(|row| Ok((xid(row)?, readable(row))));
            Replay::Events(events.collect::<Result<_, DbError>>()?)
        }
        false => {
            let sql = include_str!("../../sql/queries/event_count_from.sql");
            let row = transaction.query_one(sql, &[&from]).await?;
            Replay::TooMany(format!(
                "{} events up to {}",
                row.get::<_, i64>(0),
                row.get::<_, i64>(1)
            ))
        }
    };
    Ok(LogSlice {
        identity,
        horizon,
        replay,
    })
}

fn xid(row: &tokio_postgres::Row) -> Result<u64, DbError> {
    let text: &str = row.get(7);
    text.parse().map_err(|_| DbError::Corrupt("property_event"))
}

/// An event that can't be read has touched who knows what: it counts as a bulk change.
pub(super) fn readable(row: &tokio_postgres::Row) -> PropertyEvent {
    let id = EventId(row.get(0));
    event_log::event(row).unwrap_or_else(|err| {
        log::warn!("event {} of the log counts as a bulk change: {err}", id.0);
        PropertyEvent {
            id,
            actor: row.get(6),
            change: Change::Bulk { rows: row.get(5) },
        }
    })
}
