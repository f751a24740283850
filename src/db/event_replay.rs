//! Reads the part of the event log that a cache may not reflect yet.

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, IsolationLevel, Transaction};

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
/// # Errors
/// If the database can't answer; a standby can't.
pub async fn read(
    client: &mut Client,
    limit: i64,
    positions: &[Option<&LogPosition>],
) -> Result<LogSlice> {
    let snapshot = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead);
    let transaction = snapshot.read_only(true).start().await?;
    let sql = include_str!("../../sql/queries/event_log_state.sql");
    // Typed queries take one round trip, others take two: readers wait for the events that are applied next.
    let rows = transaction.query_typed(sql, &[]).await?;
    let row = rows.first().ok_or(DbError::Corrupt("the event log"))?;
    let end = LogPosition {
        history: row.get(0),
        snapshot: row
            .get::<_, &str>(1)
            .parse()
            .map_err(|_| DbError::Corrupt("pg_current_snapshot"))?,
        tail: row.get(2),
    };
    let mut replays: Vec<Replay> = Vec::with_capacity(positions.len());
    for (number, position) in positions.iter().enumerate() {
        let earlier = positions[..number].iter().position(|other| other == position);
        let replay = match (earlier, position) {
            (Some(earlier), _) => replays[earlier].clone(),
            (None, Some(position)) => since(&transaction, position, &end, limit).await?,
            (None, None) => Replay::Unknown,
        };
        replays.push(replay);
    }
    Ok(LogSlice { end, replays })
}

async fn since(
    transaction: &Transaction<'_>,
    position: &LogPosition,
    end: &LogPosition,
    limit: i64,
) -> Result<Replay> {
    if position == end {
        return Ok(Replay::Events(Vec::new()));
    }
    // Transaction ids beyond the server's own will be assigned again.
    let is_ahead = position.snapshot.xmax() > end.snapshot.xmax();
    if position.history != end.history || is_ahead {
        return Ok(Replay::Unknown);
    }
    let from = position.snapshot.xmax().to_string();
    let running = position.snapshot.running().iter();
    let running: Vec<String> = running.map(u64::to_string).collect();
    let most = limit + 1;
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&from, Type::TEXT), (&running, Type::TEXT_ARRAY), (&most, Type::INT8)];
    let sql = include_str!("../../sql/queries/event_list_since.sql");
    // Sent together, so they take one round trip.
    let (tail, rows) =
        tokio::try_join!(tail(transaction, position), transaction.query_typed(sql, &parameters))?;
    let few = i64::try_from(rows.len()).is_ok_and(|count| count <= limit);
    let is_there = tail.as_ref() == Some(&position.tail);
    Ok(match (is_there, few) {
        (false, _) => Replay::Unknown,
        (true, true) => Replay::Events(rows.iter().map(event_log::readable).collect()),
        (true, false) => Replay::TooMany,
    })
}

/// A checksum of the newest events that a position's snapshot sees; it differs if events that it lacks were trimmed.
async fn tail(
    transaction: &Transaction<'_>,
    position: &LogPosition,
) -> Result<Option<String>, tokio_postgres::Error> {
    let sql = "SELECT property_event_tail($1::text::pg_snapshot)";
    let snapshot = position.snapshot.as_str();
    let rows = transaction.query_typed(sql, &[(&snapshot, Type::TEXT)]).await?;
    Ok(rows.first().map(|row| row.get(0)))
}
