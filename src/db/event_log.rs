//! The table `property_event`: written by triggers only, read here.

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Row;

use super::{DbError, GenericClient};
use crate::domain::{
    Change, EventId, FoldedLocation, Price, PropertyEvent, PropertyId, RowState, Title,
};

/// The events that this transaction has caused so far, in order.
///
/// # Errors
/// When the database can't answer, or an event can't be read.
pub async fn list_of_transaction(
    client: &impl GenericClient,
) -> Result<Vec<PropertyEvent>, DbError> {
    let sql = include_str!("../../sql/queries/event_list_of_transaction.sql");
    let statement = client.prepare_cached(sql).await?;
    client
        .query(&statement, &[])
        .await?
        .iter()
        .map(event)
        .collect()
}

/// Attributes what this transaction does to somebody; forgotten when it ends.
///
/// # Errors
/// When the database can't answer.
pub async fn set_actor(client: &impl GenericClient, actor: &str) -> Result<(), DbError> {
    let sql = "SELECT set_config('app.actor', $1, true)";
    let statement = client.prepare_cached(sql).await?;
    client.query_one(&statement, &[&actor]).await?;
    Ok(())
}

/// Says why this transaction does what it does; forgotten when it ends.
///
/// # Errors
/// When the database can't answer.
pub async fn set_note(client: &impl GenericClient, note: &str) -> Result<(), DbError> {
    let sql = "SELECT set_config('app.note', $1, true)";
    let statement = client.prepare_cached(sql).await?;
    client.query_one(&statement, &[&note]).await?;
    Ok(())
}

/// Logs that the cache is cleared, or only what carries certain tags.
///
/// # Errors
/// When the database can't answer.
pub async fn insert_clear(
    client: &impl GenericClient,
    tags: Option<&[String]>,
) -> Result<(), DbError> {
    let statement = client
        .prepare_cached("SELECT property_log_clear($1)")
        .await?;
    client.query_one(&statement, &[&tags]).await?;
    Ok(())
}

/// The latest events, the latest first, each with its time.
///
/// # Errors
/// When the database can't answer, or an event can't be read.
pub async fn list_latest(
    client: &impl GenericClient,
    limit: i64,
) -> Result<Vec<(DateTime<Utc>, PropertyEvent)>, DbError> {
    let sql = include_str!("../../sql/queries/event_list_latest.sql");
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&limit]).await?;
    let read = |row: &Row| Ok((row.get("at"), event(row)?));
    rows.iter().map(read).collect()
}

/// The number of the latest event; `None` when there is none.
///
/// # Errors
/// When the database can't answer.
pub async fn find_last_id(client: &impl GenericClient) -> Result<Option<i64>, DbError> {
    let statement = client
        .prepare_cached("SELECT max(id) FROM property_event")
        .await?;
    Ok(client.query_one(&statement, &[]).await?.get(0))
}

/// Reads `id, kind, property_id, before, after, row_count, actor` and, by their names, `tags` and `origin`; the rows as
/// [`RowState`].
pub(super) fn event(row: &Row) -> Result<PropertyEvent, DbError> {
    let kind: &str = row.get(1);
    let id = row.get::<_, Option<i64>>(2).map(PropertyId);
    let before = state(row.get(3))?;
    let after = state(row.get(4))?;
    let change = match (kind, id, before, after) {
        ("created", Some(id), _, Some(after)) => Change::PostSave {
            id,
            created: true,
            before: None,
            after,
        },
        ("updated", Some(id), before, Some(after)) => Change::PostSave {
            id,
            created: false,
            before,
            after,
        },
        ("deleted", Some(id), Some(before), _) => Change::PostDelete { id, before },
        ("bulk", ..) => Change::Bulk { rows: row.get(5) },
        ("cleared", ..) => match row.get::<_, Option<Vec<String>>>("tags") {
            Some(tags) => Change::ClearedTags { tags },
            None => Change::Cleared,
        },
        _ => return Err(DbError::Corrupt("property_event")),
    };
    Ok(PropertyEvent {
        id: EventId(row.get(0)),
        origin: row.get("origin"),
        actor: row.get(6),
        change,
    })
}

fn state(json: Option<Value>) -> Result<Option<RowState>, DbError> {
    let Some(json) = json else {
        return Ok(None);
    };
    let text = |name: &str| json.get(name).and_then(Value::as_str);
    let read = || {
        Some(RowState {
            title: Title::from_database(text("title")?.to_owned()),
            price: Price::parse(text("price")?).ok()?,
            location_folded: FoldedLocation::from_database(text("location_folded")?.to_owned()),
        })
    };
    read().map(Some).ok_or(DbError::Corrupt("property_event"))
}
