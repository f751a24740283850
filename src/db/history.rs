//! The table `property_event` as people read it: a history, the latest first.
//!
//! Each page begins where another ended, so that it costs the same however long the log is. All listings' history is in
//! the order of time, which indexes of the filters have too; one listing's is in the order of the log.

use std::fmt::Write as _;

use chrono::{Days, NaiveTime};
use serde_json::Value;
use tokio_postgres::Row;

use super::listing_sql::{Parameter, Statement};
use super::probes::{ACTOR, TITLE};
use super::{DbError, GenericClient};
use crate::domain::{
    DeletedListing, EventId, HistoryEntry, HistoryPlace, HistoryQuery, PropertyForm, PropertyId,
    Version,
};

/// The columns that make an entry, in the order in which they are read.
const COLUMNS: &str = "id, kind, property_id, before, after, row_count, actor, at, note";

/// Entries of the history, the latest first; at most `limit`, those that are nearest to the query's place.
///
/// # Errors
/// When the database can't answer.
pub async fn list(
    client: &impl GenericClient,
    query: &HistoryQuery,
    limit: i64,
) -> Result<Vec<HistoryEntry>, DbError> {
    let statement = page(query, limit);
    let prepared = client.prepare_cached(&statement.sql).await?;
    let rows = client.query(&prepared, &statement.references()).await?;
    let mut entries: Vec<_> = rows.iter().map(entry).collect();
    if matches!(query.place, HistoryPlace::After(_)) {
        entries.reverse();
    }
    Ok(entries)
}

fn page(query: &HistoryQuery, limit: i64) -> Statement {
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut bind = |value: Parameter| {
        parameters.push(value);
        format!("${}", parameters.len())
    };
    let mut wanted = vec!["true".to_owned()];
    if let Some(actor) = query.actor.clone() {
        wanted.push(format!("actor = {}", bind(Box::new(actor))));
    }
    if query.actor.is_none() && query.listing.is_none() {
        // Probes belong to no user. They are shown to a reader who asks for them.
        wanted.push(format!(
            "(actor <> '{ACTOR}' OR coalesce(after, before) ->> 'title' IS DISTINCT FROM '{TITLE}')"
        ));
    }
    if let Some(kind) = query.kind {
        // A literal, so that each kind has a plan of its own.
        wanted.push(format!("kind = '{}'", kind.logged_as()));
    }
    if let Some(from) = query.from {
        let from = from.and_time(NaiveTime::MIN).and_utc();
        wanted.push(format!("at >= {}", bind(Box::new(from))));
    }
    if let Some(next) = query.to.and_then(|to| to.checked_add_days(Days::new(1))) {
        let next = next.and_time(NaiveTime::MIN).and_utc();
        wanted.push(format!("at < {}", bind(Box::new(next))));
    }
    if let Some(listing) = query.listing {
        wanted.push(format!("property_id = {}", bind(Box::new(listing.0))));
    }
    let (sign, order, place) = match query.place {
        HistoryPlace::Latest => ("", "DESC", None),
        HistoryPlace::Before(id) => ("<", "DESC", Some(id)),
        HistoryPlace::After(id) => (">", "ASC", Some(id)),
    };
    if let Some(id) = place {
        let id = bind(Box::new(id.0));
        wanted.push(match query.listing {
            Some(_) => format!("id {sign} {id}"),
            None => {
                format!("(at, id) {sign} ((SELECT at FROM property_event WHERE id = {id}), {id})")
            }
        });
    }
    let mut sql = format!("SELECT {COLUMNS} FROM property_event WHERE ");
    sql.push_str(&wanted.join(" AND "));
    let by_time = match query.listing {
        Some(_) => String::new(),
        None => format!("at {order}, "),
    };
    let limit = bind(Box::new(limit));
    // Writing to a string can't fail.
    let _ = write!(sql, " ORDER BY {by_time}id {order} LIMIT {limit}");
    Statement { sql, parameters }
}

/// One entry.
///
/// # Errors
/// When the database can't answer.
pub async fn find(
    client: &impl GenericClient,
    id: EventId,
) -> Result<Option<HistoryEntry>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM property_event WHERE id = $1");
    let statement = client.prepare_cached(&sql).await?;
    let row = client.query_opt(&statement, &[&id.0]).await?;
    Ok(row.as_ref().map(entry))
}

/// The entry that made a listing what it is at a version. A change of many rows at once has no entry of one of them.
///
/// # Errors
/// When the database can't answer.
pub async fn find_change(
    client: &impl GenericClient,
    id: PropertyId,
    version: Version,
) -> Result<Option<HistoryEntry>, DbError> {
    let Some(time) = version.time() else {
        return Ok(None);
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM property_event
         WHERE property_id = $1 AND (after ->> 'updated_at')::timestamptz = $2 ORDER BY id DESC LIMIT 1"
    );
    let statement = client.prepare_cached(&sql).await?;
    let row = client.query_opt(&statement, &[&id.0, &time]).await?;
    Ok(row.as_ref().map(entry))
}

/// Who changed a listing after a version, the latest first.
///
/// # Errors
/// When the database can't answer.
pub async fn list_actors_since(
    client: &impl GenericClient,
    id: PropertyId,
    version: Version,
) -> Result<Vec<String>, DbError> {
    let Some(time) = version.time() else {
        return Ok(Vec::new());
    };
    let sql = include_str!("../../sql/queries/event_actor_list_since.sql");
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&id.0, &time]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// A listing as it was at a version, as far as the log tells.
///
/// # Errors
/// When the database can't answer.
pub async fn find_state(
    client: &impl GenericClient,
    id: PropertyId,
    version: Version,
) -> Result<Option<PropertyForm>, DbError> {
    let Some(time) = version.time() else {
        return Ok(None);
    };
    let sql = include_str!("../../sql/queries/event_state.sql");
    let statement = client.prepare_cached(sql).await?;
    let row = client.query_opt(&statement, &[&id.0, &time]).await?;
    Ok(row.and_then(|row| state(row.get(0))))
}

/// Who has done something, in the order of their names.
///
/// # Errors
/// When the database can't answer.
pub async fn list_actors(client: &impl GenericClient, limit: i32) -> Result<Vec<String>, DbError> {
    let sql = include_str!("../../sql/queries/event_actor_list.sql");
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&limit]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The listings that were deleted together with an event's own, at most `limit`; `only` that one if so.
///
/// # Errors
/// When the database can't answer.
pub async fn list_deletions(
    client: &impl GenericClient,
    event: EventId,
    only: bool,
    limit: i64,
) -> Result<Vec<DeletedListing>, DbError> {
    let sql = include_str!("../../sql/queries/event_deletions.sql");
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&event.0, &only, &limit]).await?;
    let deleted = |row: &Row| DeletedListing {
        event: EventId(row.get(0)),
        id: PropertyId(row.get(1)),
        title: row.get(2),
        location: row.get(3),
        price: row.get(4),
        is_back: row.get(5),
    };
    Ok(rows.iter().map(deleted).collect())
}

/// Reads [`COLUMNS`].
fn entry(row: &Row) -> HistoryEntry {
    let (before, after) = (state(row.get(3)), state(row.get(4)));
    let (kind, rows): (String, i64) = (row.get(1), row.get(5));
    let title = match after.as_ref().or(before.as_ref()) {
        Some(state) => state.get("title").to_owned(),
        None if kind == "cleared" => "the cache".to_owned(),
        None if rows > 0 => {
            let rows = crate::domain::grouped_digits(&rows.to_string());
            format!("{rows} listings in one statement")
        }
        None => "all listings".to_owned(),
    };
    HistoryEntry {
        id: EventId(row.get(0)),
        at: row.get(7),
        actor: row.get(6),
        kind,
        property: row.get::<_, Option<i64>>(2).map(PropertyId),
        title,
        note: row.get(8),
        before,
        after,
    }
}

/// Reads a row as the log has it.
fn state(json: Option<Value>) -> Option<PropertyForm> {
    json.map(|row| PropertyForm::of_json(&row))
}
