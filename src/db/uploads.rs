//! The table `import_upload`: files of listings that staff preview before they import them.

use std::time::Duration;

use tokio_postgres::Row;

use super::{GenericClient, Result};
use crate::domain::{UploadId, UserId};

/// An uploaded file.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The file's name.
    pub file_name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Stores a file for a while, replacing the user's previous one.
///
/// # Errors
/// If it is too large, or the database can't answer.
pub async fn insert(
    client: &impl GenericClient,
    user: UserId,
    upload: &Upload,
    lifetime: Duration,
) -> Result<UploadId> {
    let sql = include_str!("../../sql/queries/upload_insert.sql");
    let Upload { file_name, content } = upload;
    let row =
        client.query_one(sql, &[&user.0, file_name, content, &lifetime.as_secs_f64()]).await?;
    Ok(UploadId(row.get(0)))
}

/// Whether an unfinished import has taken the user's file. If not, none can take it until this transaction ends.
pub async fn is_taken(client: &impl GenericClient, user: UserId) -> Result<bool> {
    let sql = include_str!("../../sql/queries/upload_is_taken.sql");
    Ok(client.query_one(sql, &[&user.0]).await?.get(0))
}

/// Finds a user's file.
pub async fn find(
    client: &impl GenericClient,
    user: UserId,
    id: UploadId,
) -> Result<Option<Upload>> {
    let sql = include_str!("../../sql/queries/upload_find.sql");
    let row = client.query_opt(sql, &[&user.0, &id.0]).await?;
    Ok(row.as_ref().map(upload))
}

/// Removes a user's file, unless another transaction is removing it; returns whether it did.
pub async fn delete(client: &impl GenericClient, user: UserId, id: UploadId) -> Result<bool> {
    let sql = include_str!("../../sql/queries/upload_delete.sql");
    Ok(client.execute(sql, &[&user.0, &id.0]).await? > 0)
}

/// Removes the expired files; returns how many.
pub async fn delete_expired(client: &impl GenericClient) -> Result<u64> {
    let sql = include_str!("../../sql/queries/upload_delete_expired.sql");
    client.execute(sql, &[]).await
}

fn upload(row: &Row) -> Upload {
    Upload { file_name: row.get(0), content: row.get(1) }
}
