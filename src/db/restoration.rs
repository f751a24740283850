//! Bringing deleted listings back into the table `property`, from the history.

use super::fact_columns::statement;
use super::{GenericClient, Result, Transaction, bulk, cached, properties};
use crate::domain::{EventId, NewProperty, Property, PropertyId};

/// Brings listings back as they were when they were deleted, each under its number and with its times; returns the
/// listings that are back. A number that is in use is left alone.
pub async fn insert_deleted(
    transaction: &Transaction<'_>,
    events: &[EventId],
) -> Result<Vec<PropertyId>> {
    let sql = statement!("sql/queries/property_insert_deleted.sql");
    let restored = list(transaction, sql, events).await?;
    let largest = restored.iter().map(|id| id.0).max();
    bulk::advance_sequence(transaction, largest).await?;
    Ok(restored)
}

/// The listings among those deleted that are there again, and as they were.
pub async fn list_as_deleted(
    client: &impl GenericClient,
    events: &[EventId],
) -> Result<Vec<PropertyId>> {
    list(client, statement!("sql/queries/property_list_as_deleted.sql"), events).await
}

async fn list(
    client: &impl GenericClient,
    sql: &str,
    events: &[EventId],
) -> Result<Vec<PropertyId>> {
    let events: Vec<i64> = events.iter().map(|event| event.0).collect();
    cached::list(client, sql, &[&events], |row| PropertyId(row.get(0))).await
}

/// Adds a deleted listing under its old number, with the time when it was first added; `None` when the number is in use, or
/// the history has no deletion of it.
pub async fn insert_again(
    transaction: &Transaction<'_>,
    id: PropertyId,
    new: &NewProperty,
) -> Result<Option<Property>> {
    let sql = statement!("sql/queries/property_insert_again.sql");
    let again = properties::write(transaction, sql, id, new).await?;
    if again.is_some() {
        // The sequence doesn't move back: it follows listings alone, not requested numbers.
        bulk::advance_sequence(transaction, Some(id.0)).await?;
    }
    Ok(again)
}
