//! The table `import_upload`: files of listings that staff look at before they import them.

use std::time::Duration;

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::DbError;
use crate::domain::{UploadId, UserId};

/// A file as it was sent.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What it was called.
    pub file_name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Keeps a file for a while, in place of the user's last one; removes those of others that have expired.
///
/// # Errors
/// When it is too large, or the database can't answer.
pub async fn insert(
    client: &impl GenericClient,
    user: UserId,
    upload: &Upload,
    lifetime: Duration,
) -> Result<UploadId, DbError> {
    let sql = include_str!("../../sql/queries/upload_insert.sql");
    let Upload { file_name, content } = upload;
    let row = client
        .query_one(sql, &[&user.0, file_name, content, &lifetime.as_secs_f64()])
        .await?;
    Ok(UploadId(row.get(0)))
}

/// Finds a file of a user's.
///
/// # Errors
/// When the database can't answer.
pub async fn find(
    client: &impl GenericClient,
    user: UserId,
    id: UploadId,
) -> Result<Option<Upload>, DbError> {
    let sql = include_str!("../../sql/queries/upload_find.sql");
    let row = client.query_opt(sql, &[&user.0, &id.0]).await?;
    Ok(row.as_ref().map(upload))
}

/// Finds a file of a user's and removes it.
///
/// # Errors
/// When the database can't answer.
pub async fn take(
    client: &impl GenericClient,
    user: UserId,
    id: UploadId,
) -> Result<Option<Upload>, DbError> {
    let sql = include_str!("../../sql/queries/upload_take.sql");
    let row = client.query_opt(sql, &[&user.0, &id.0]).await?;
    Ok(row.as_ref().map(upload))
}

fn upload(row: &Row) -> Upload {
    Upload {
        file_name: row.get(0),
        content: row.get(1),
    }
}
