//! The photos of listings: a column of the table `property`. The history keeps earlier values.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use super::fact_columns::statement;
use super::properties::property;
use super::{DbError, GenericClient, Result, cached};
use crate::domain::{PhotoHash, Photos, Property, PropertyId};

/// The advisory lock that prevents files from being removed while a listing begins to use them.
const FILES: i64 = 0x70_68_6f_74_6f;

/// Changes the photos of a listing; `None` when it doesn't exist.
pub async fn update(
    client: &impl GenericClient,
    id: PropertyId,
    photos: &Photos,
) -> Result<Option<Property>> {
    let sql = statement!("sql/queries/photo_update.sql");
    let photos = (!photos.as_slice().is_empty()).then_some(Json(photos));
    cached::find(client, sql, &[&id.0, &photos], property).await?.transpose()
}

/// The photos of every listing that has any.
pub async fn list(client: &impl GenericClient) -> Result<Vec<(PropertyId, Photos)>> {
    let sql = include_str!("../../sql/queries/photo_list.sql");
    let photos = |row: &Row| {
        let photos = Photos::from_json(row.get(1)).ok_or(DbError::Corrupt("photos"))?;
        Ok((PropertyId(row.get(0)), photos))
    };
    cached::list(client, sql, &[], photos).await?
}

/// The photos that a listing has, or had at any time since. `None` if the history does not say, because a statement
/// changed too many listings to record each.
pub async fn list_used_since(
    client: &impl GenericClient,
    since: DateTime<Utc>,
) -> Result<Option<HashSet<PhotoHash>>> {
    let sql = include_str!("../../sql/queries/photo_bulk_since.sql");
    if cached::one(client, sql, &[&since]).await?.get(0) {
        return Ok(None);
    }
    let sql = include_str!("../../sql/queries/photo_used_since.sql");
    let hash = |row: &Row| match row.get::<_, Option<Value>>(0) {
        Some(Value::String(hash)) => PhotoHash::parse(&hash),
        _ => None,
    };
    let used: Vec<_> = cached::list(client, sql, &[&since], hash).await?;
    Ok(Some(used.into_iter().flatten().collect()))
}

/// Prevents the removal of files until the transaction ends.
pub async fn keep_files(client: &impl GenericClient) -> Result<()> {
    cached::execute(client, "SELECT pg_advisory_xact_lock_shared($1)", &[&FILES]).await?;
    Ok(())
}

/// Prevents listings from starting to use files until the transaction ends.
pub async fn hold_uses(client: &impl GenericClient) -> Result<()> {
    cached::execute(client, "SELECT pg_advisory_xact_lock($1)", &[&FILES]).await?;
    Ok(())
}
