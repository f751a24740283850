//! The table `event_log`: triggers write it, and caches are invalidated from it.

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Row;

use super::{GenericClient, Result, cached};
use crate::domain::{Change, Entity, Event, EventId, PropertyId};

/// The events that this transaction has caused so far, in order.
pub async fn list_of_transaction(client: &impl GenericClient) -> Result<Vec<Event>> {
    let sql = include_str!("../../sql/queries/event_list_of_transaction.sql");
    cached::list(client, sql, &[], readable).await
}

/// Sets the actor that the events of this transaction name.
pub async fn set_actor(client: &impl GenericClient, actor: &str) -> Result<()> {
    cached::one(client, "SELECT set_config('app.actor', $1, true)", &[&actor]).await.map(drop)
}

/// Sets the reason for this transaction's changes, which the history shows.
pub async fn set_note(client: &impl GenericClient, note: &str) -> Result<()> {
    cached::one(client, "SELECT set_config('app.note', $1, true)", &[&note]).await.map(drop)
}

/// Logs a clear of the cache, or of the entries with certain tags.
pub async fn insert_clear(client: &impl GenericClient, tags: Option<&[String]>) -> Result<()> {
    cached::one(client, "SELECT property_log_clear($1)", &[&tags]).await.map(drop)
}

/// The latest events, the latest first, each with its time.
pub async fn list_latest(
    client: &impl GenericClient,
    limit: i64,
) -> Result<Vec<(DateTime<Utc>, Event)>> {
    let sql = include_str!("../../sql/queries/event_list_latest.sql");
    cached::list(client, sql, &[&limit], |row| (row.get("at"), readable(row))).await
}

/// Trims the log, adds partitions to the history and deletes some of its entries that are older than `days` (0: none).
/// Returns whether there is more to do.
pub async fn upkeep(client: &impl GenericClient, days: u16) -> Result<bool> {
    let sql = "SELECT event_log_upkeep($1)";
    Ok(client.query_one(sql, &[&i32::from(days)]).await?.get(0))
}

/// The number of the latest event; `None` if there is none.
pub async fn find_last_id(client: &impl GenericClient) -> Result<Option<i64>> {
    Ok(cached::one(client, "SELECT max(id) FROM event_log", &[]).await?.get(0))
}

/// Reads the columns of `event_*.sql`. The effect of an unreadable event is unknown, so it counts as a bulk change.
pub(super) fn readable(row: &Row) -> Event {
    let (id, kind): (i64, &str) = (row.get("id"), row.get("kind"));
    let rows = row.get("row_count");
    let change = match kind {
        "bulk" => Change::Bulk { rows },
        "cleared" => match row.get::<_, Option<Vec<String>>>("tags") {
            Some(tags) => Change::ClearedTags { tags },
            None => Change::Cleared,
        },
        _ => change(row, kind).unwrap_or_else(|| {
            log::warn!("event {id} of the log can't be read and counts as a bulk change");
            Change::Bulk { rows }
        }),
    };
    Event { id: EventId(id), origin: row.get("origin"), actor: row.get("actor"), change }
}

/// The change of one row; `None` if this release does not know its entity or kind, or can't read it.
fn change(row: &Row, kind: &str) -> Option<Change> {
    let entity: &str = row.get::<_, Option<_>>("entity")?;
    let id: i64 = row.get::<_, Option<_>>("entity_id")?;
    let version = |column: &str| row.get::<_, Option<Value>>(column).unwrap_or_default();
    let (before, after) = (version("before"), version("after"));
    let (is_new, is_gone) = (before.is_null(), after.is_null());
    let row = match entity {
        "listing" => Entity::Listing {
            id: PropertyId(id),
            before: serde_json::from_value(before).ok()?,
            after: serde_json::from_value(after).ok()?,
        },
        _ => return None,
    };
    match kind {
        "created" | "updated" if !is_gone => {
            Some(Change::PostSave { created: kind == "created", row })
        }
        "deleted" if !is_new => Some(Change::PostDelete { row }),
        _ => None,
    }
}
