//! The table `history`: changes, the latest first.
//!
//! Each page begins where the previous one ended, so its cost does not depend on the length of the history. The history
//! of all listings is ordered by time, like the indexes of the filters; the history of one listing is ordered by
//! number.
//!
//! An update has only the values that it changed. `history_versions` in the database derives the whole versions of a
//! listing from later ones; they are unknown if the triggers were bypassed.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Row;

use super::listing_conditions::{Parameter, Statement};
use super::probes::{ACTOR, TITLE};
use super::{DbError, GenericClient, Result, cached};
use crate::domain::{
    ChangeMark, DeletedListing, EventId, FieldChange, HistoryEntry, HistoryPlace, HistoryQuery,
    Price, PropertyForm, PropertyId, Reduction, Version, presentation,
};

/// The columns of an entry, in the order in which they are read.
const COLUMNS: &str = "id, kind, CASE entity WHEN 'listing' THEN entity_id END, history_texts(before), \
    history_texts(after), row_count, actor, at, note, label";

/// Entries of the history, the latest first; at most `limit`, starting at the query's position. The entries of a single
/// listing have its whole versions.
pub async fn list(
    client: &impl GenericClient,
    query: &HistoryQuery,
    limit: i64,
) -> Result<Vec<HistoryEntry>> {
    let statement = page(query, limit);
    let mut entries: Vec<_> =
        cached::list(client, &statement.sql, &statement.references(), entry).await?;
    if matches!(query.place, HistoryPlace::After(_)) {
        entries.reverse();
    }
    if let Some(listing) = query.listing {
        add_versions(client, listing, &mut entries).await?;
    }
    Ok(entries)
}

/// The marks of changes since a time, by step (in seconds) and kind, the latest first.
pub async fn list_marks(
    client: &impl GenericClient,
    from: DateTime<Utc>,
    step: f64,
    limit: i64,
) -> Result<Vec<ChangeMark>> {
    let sql = include_str!("../../sql/queries/history_marks.sql");
    let mark = |row: &Row| ChangeMark {
        at: row.get(0),
        kind: row.get(1),
        changes: row.get(2),
        rows: row.get(3),
        actors: row.get(4),
        actor: row.get(5),
        listing: row.get::<_, Option<i64>>(6).map(PropertyId),
        title: row.get(7),
    };
    cached::list(client, sql, &[&from, &step, &ACTOR, &TITLE, &limit], mark).await
}

/// Adds the whole versions of a listing before and after each entry, if the history has them.
async fn add_versions(
    client: &impl GenericClient,
    listing: PropertyId,
    entries: &mut [HistoryEntry],
) -> Result<()> {
    let ids = || entries.iter().map(|entry| entry.id.0);
    let (Some(oldest), Some(newest)) = (ids().min(), ids().max()) else {
        return Ok(());
    };
    let sql = include_str!("../../sql/queries/history_versions.sql");
    let versions = |row: &Row| (EventId(row.get(0)), whole(row.get(1)), whole(row.get(2)));
    let versions: Vec<_> =
        cached::list(client, sql, &[&listing.0, &oldest, &newest], versions).await?;
    for (id, before, after) in versions {
        if let Some(entry) = entries.iter_mut().find(|entry| entry.id == id) {
            (entry.before, entry.after) = (before, after);
        }
    }
    Ok(())
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
        // Probes belong to no user. They are shown only if the query asks for them.
        let title = "coalesce(label, coalesce(after, before) ->> 'title')";
        wanted.push(format!("(actor <> '{ACTOR}' OR {title} IS DISTINCT FROM '{TITLE}')"));
    }
    if let Some(kind) = query.kind {
        // A literal, so that each kind gets its own plan.
        wanted.push(format!("kind = '{}'", kind.logged_as()));
    }
    if let Some(from) = query.from {
        let from = presentation().beginning_of(from);
        wanted.push(format!("at >= {}", bind(Box::new(from))));
    }
    if let Some(end) = query.to.and_then(|day| presentation().end_of(day)) {
        wanted.push(format!("at < {}", bind(Box::new(end))));
    }
    if let Some(listing) = query.listing {
        wanted.push("entity = 'listing'".to_owned());
        wanted.push(format!("entity_id = {}", bind(Box::new(listing.0))));
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
                format!("(at, id) {sign} ((SELECT max(at) FROM history WHERE id = {id}), {id})")
            }
        });
    }
    let mut sql = format!("SELECT {COLUMNS} FROM history WHERE ");
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

/// One entry, with the whole versions of its listing.
pub async fn find(client: &impl GenericClient, id: EventId) -> Result<Option<HistoryEntry>> {
    let sql = format!("SELECT {COLUMNS} FROM history WHERE id = $1 ORDER BY at DESC LIMIT 1");
    let mut found = cached::find(client, &sql, &[&id.0], entry).await?;
    if let Some(listing) = found.as_ref().and_then(|entry| entry.property) {
        add_versions(client, listing, found.as_mut_slice()).await?;
    }
    Ok(found)
}

/// The entry of the change that produced a version of a listing. A bulk change has no entry for a single listing.
pub async fn find_change(
    client: &impl GenericClient,
    id: PropertyId,
    version: Version,
) -> Result<Option<HistoryEntry>> {
    let Some(time) = version.time() else {
        return Ok(None);
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM history
         WHERE entity = 'listing' AND entity_id = $1 AND (after ->> 'updated_at')::timestamptz = $2
         ORDER BY id DESC LIMIT 1"
    );
    cached::find(client, &sql, &[&id.0, &time], entry).await
}

/// The users who changed a listing after a version, the latest first.
pub async fn list_actors_since(
    client: &impl GenericClient,
    id: PropertyId,
    version: Version,
) -> Result<Vec<String>> {
    let Some(time) = version.time() else {
        return Ok(Vec::new());
    };
    let sql = include_str!("../../sql/queries/history_actor_list_since.sql");
    cached::list(client, sql, &[&id.0, &time], |row| row.get(0)).await
}

/// A listing at a version, if the history has it.
pub async fn find_state(
    client: &impl GenericClient,
    id: PropertyId,
    version: Version,
) -> Result<Option<PropertyForm>> {
    let Some(time) = version.time() else {
        return Ok(None);
    };
    let sql = include_str!("../../sql/queries/history_state.sql");
    let state = cached::find(client, sql, &[&id.0, &time], |row| whole(row.get(0))).await?;
    Ok(state.flatten())
}

/// The last change of a listing's price, if it lowered the price and readers may be told of it.
pub async fn find_reduction(
    client: &impl GenericClient,
    id: PropertyId,
) -> Result<Option<Reduction>> {
    let sql = include_str!("../../sql/queries/history_reduction.sql");
    let reduction = |row: &Row| {
        let price = |at| Price::from_decimal(row.get(at)).ok_or(DbError::Corrupt("price"));
        Ok(Reduction { from: price(0)?, to: price(1)?, at: row.get(2) })
    };
    cached::find(client, sql, &[&id.0], reduction).await?.transpose()
}

/// The actors in the history, in the order of their names.
pub async fn list_actors(client: &impl GenericClient, limit: i32) -> Result<Vec<String>> {
    let sql = include_str!("../../sql/queries/history_actor_list.sql");
    cached::list(client, sql, &[&limit], |row| row.get(0)).await
}

/// The listings that were deleted together with an entry's listing, at most `limit`; with `only`, just the entry's own.
pub async fn list_deletions(
    client: &impl GenericClient,
    event: EventId,
    only: bool,
    limit: i64,
) -> Result<Vec<DeletedListing>> {
    let sql = include_str!("../../sql/queries/history_deletions.sql");
    let deleted = |row: &Row| DeletedListing {
        event: EventId(row.get(0)),
        id: PropertyId(row.get(1)),
        title: row.get(2),
        location: row.get(3),
        price: row.get(4),
        is_back: row.get(5),
    };
    cached::list(client, sql, &[&event.0, &only, &limit], deleted).await
}

/// Reads [`COLUMNS`]. An update does not have its whole versions yet.
fn entry(row: &Row) -> HistoryEntry {
    let (before, after): (Option<Value>, Option<Value>) = (row.get(3), row.get(4));
    let (kind, rows): (String, i64) = (row.get(1), row.get(5));
    let title = || {
        let row = after.as_ref().or(before.as_ref())?;
        Some(row.get("title")?.as_str()?.to_owned())
    };
    let title = match row.get::<_, Option<String>>(9).or_else(title) {
        Some(title) => title,
        None if kind == "cleared" => "the cache".to_owned(),
        None if rows > 0 => {
            let rows = crate::domain::grouped_digits(&rows.to_string());
            format!("{rows} listings in one statement")
        }
        None => "all listings".to_owned(),
    };
    let changes = match (&before, &after) {
        (Some(before), Some(after)) => {
            FieldChange::between(&PropertyForm::of_json(before), &PropertyForm::of_json(after))
        }
        _ => Vec::new(),
    };
    HistoryEntry {
        id: EventId(row.get(0)),
        at: row.get(7),
        actor: row.get(6),
        kind,
        property: row.get::<_, Option<i64>>(2).map(PropertyId),
        title,
        note: row.get(8),
        changes,
        before: whole(before),
        after: whole(after),
    }
}

/// A whole version. The changed values of an update have no `id`, so they are not one.
fn whole(json: Option<Value>) -> Option<PropertyForm> {
    let is_whole = |row: &Value| row.get("id").is_some();
    json.filter(is_whole).map(|row| PropertyForm::of_json(&row).with_defaults())
}
