//! Restores deleted listings to the table `property` from the history.

use super::fact_columns::statement;
use super::{GenericClient, Result, Transaction, bulk, cached, properties};
use crate::domain::{EventId, NewProperty, Property, PropertyId};

/// Restores listings as they were when they were deleted, each with its number and times; returns the restored
/// listings. A number that is in use is skipped.
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

/// The deleted listings that exist again unchanged.
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

/// Restores a deleted listing with its old number and the time when it was first added; `None` if the number is in use,
/// or the history has no such deletion.
pub async fn insert_again(
    transaction: &Transaction<'_>,
    id: PropertyId,
    new: &NewProperty,
) -> Result<Option<Property>> {
    let sql = statement!("sql/queries/property_insert_again.sql");
    let again = properties::write(transaction, sql, id, new).await?;
    if again.is_some() {
        // The sequence doesn't move back: it follows existing listings, not requested numbers.
        bulk::advance_sequence(transaction, Some(id.0)).await?;
    }
    Ok(again)
}
