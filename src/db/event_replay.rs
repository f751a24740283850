//! Reads the part of the event log that a cache may not reflect yet.

use futures_util::future::try_join_all;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::{DbError, Result, event_log};
use crate::domain::{Event, LogPosition};

/// The log in one snapshot.
#[derive(Debug)]
pub struct LogSlice {
    /// The position of a cache that reflects the whole log.
    pub end: LogPosition,
    /// The replay for each of the given positions.
    pub replays: Vec<Replay>,
}

/// The events to apply to a cache.
#[derive(Debug, Clone)]
pub enum Replay {
    /// These events, in order.
    Events(Vec<Event>),
    /// More events than the limit.
    TooMany,
    /// There is no usable position: none, one of another history, or one from before events that were trimmed. The
    /// cache may reflect rows that the database has lost, or lack newer ones.
    Unknown,
}

/// Reads, in one snapshot, the end of the log and the events that were committed since some positions. The cost depends
/// on the number of new events, not on how long another transaction has been open.
///
/// All statements are sent together and take one round trip: other programs' writes are visible only after it.
///
/// # Errors
/// If the database can't answer; a standby can't.
pub async fn read(
    client: &Client,
    limit: i64,
    positions: &[Option<&LogPosition>],
) -> Result<LogSlice> {
    let mut distinct: Vec<&LogPosition> = Vec::new();
    for position in positions.iter().flatten() {
        if !distinct.contains(position) {
            distinct.push(position);
        }
    }
    let each = distinct.iter().map(|position| since(client, position, limit));
    let (_, end, found, _) = tokio::try_join!(
        // Statements are sent in this order.
        biased;
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        client.query_typed(include_str!("../../sql/queries/event_log_state.sql"), &[]),
        try_join_all(each),
        client.batch_execute("COMMIT"),
    )?;
    let row = end.first().ok_or(DbError::Corrupt("the event log"))?;
    let end = LogPosition {
        history: row.get(0),
        snapshot: row
            .get::<_, &str>(1)
            .parse()
            .map_err(|_| DbError::Corrupt("pg_current_snapshot"))?,
        tail: row.get(2),
    };
    let replays: Vec<_> = distinct
        .iter()
        .zip(found)
        .map(|(position, found)| replay(position, found, &end, limit))
        .collect();
    let of = |position: &Option<&LogPosition>| {
        let position = distinct.iter().position(|other| Some(*other) == *position);
        position.map_or(Replay::Unknown, |at| replays[at].clone())
    };
    Ok(LogSlice { replays: positions.iter().map(of).collect(), end })
}

/// The tail of the log at a position, and the events that it may lack.
type Found = (Option<String>, Vec<Row>);

async fn since(
    client: &Client,
    position: &LogPosition,
    limit: i64,
) -> Result<Found, tokio_postgres::Error> {
    let from = position.snapshot.xmax().to_string();
    let running = position.snapshot.running().iter();
    let running: Vec<String> = running.map(u64::to_string).collect();
    let most = limit + 1;
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&from, Type::TEXT), (&running, Type::TEXT_ARRAY), (&most, Type::INT8)];
    let sql = include_str!("../../sql/queries/event_list_since.sql");
    tokio::try_join!(tail(client, position), client.query_typed(sql, &parameters))
}

fn replay(position: &LogPosition, (tail, rows): Found, end: &LogPosition, limit: i64) -> Replay {
    if position == end {
        return Replay::Events(Vec::new());
    }
    // Transaction ids beyond the server's own will be assigned again.
    let is_ahead = position.snapshot.xmax() > end.snapshot.xmax();
    if position.history != end.history || is_ahead || tail.as_ref() != Some(&position.tail) {
        return Replay::Unknown;
    }
    match i64::try_from(rows.len()).is_ok_and(|count| count <= limit) {
        true => Replay::Events(rows.iter().map(event_log::readable).collect()),
        false => Replay::TooMany,
    }
}

/// A checksum of the newest events that a position's snapshot sees; it differs if events that it lacks were trimmed.
async fn tail(
    client: &Client,
    position: &LogPosition,
) -> Result<Option<String>, tokio_postgres::Error> {
    let sql = "SELECT property_event_tail($1::text::pg_snapshot)";
    let snapshot = position.snapshot.as_str();
    let rows = client.query_typed(sql, &[(&snapshot, Type::TEXT)]).await?;
    Ok(rows.first().map(|row| row.get(0)))
}
