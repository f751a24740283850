//! The table `session`. Keys come hashed, so that who reads the table can't enter with what it holds.

use std::time::Duration;

use deadpool_postgres::GenericClient;
use serde_json::Value;

use super::DbError;
use crate::domain::UserId;

/// Finds the state of a session that has not expired.
///
/// # Errors
/// When the database can't answer.
pub async fn find(client: &impl GenericClient, key_hash: &[u8]) -> Result<Option<Value>, DbError> {
    let sql = "SELECT state FROM session WHERE key_hash = $1 AND expires_at > now()";
    let statement = client.prepare_cached(sql).await?;
    Ok(client
        .query_opt(&statement, &[&key_hash])
        .await?
        .map(|row| row.get(0)))
}

/// Adds a session. Removes some of those that have expired.
///
/// # Errors
/// When the database can't answer.
pub async fn insert(
    client: &impl GenericClient,
    key_hash: &[u8],
    user: Option<UserId>,
    state: &Value,
    lifetime: Duration,
) -> Result<(), DbError> {
    let sql = include_str!("../../sql/queries/session_insert.sql");
    write(client, sql, key_hash, user, state, lifetime).await
}

/// Replaces the state of a session, and starts its lifetime anew. One that has ended meanwhile stays ended.
///
/// # Errors
/// When the database can't answer.
pub async fn update(
    client: &impl GenericClient,
    key_hash: &[u8],
    user: Option<UserId>,
    state: &Value,
    lifetime: Duration,
) -> Result<(), DbError> {
    let sql = include_str!("../../sql/queries/session_update.sql");
    write(client, sql, key_hash, user, state, lifetime).await
}

async fn write(
    client: &impl GenericClient,
    sql: &'static str,
    key_hash: &[u8],
    user: Option<UserId>,
    state: &Value,
    lifetime: Duration,
) -> Result<(), DbError> {
    let statement = client.prepare_cached(sql).await?;
    let (user, seconds) = (user.map(|id| id.0), lifetime.as_secs_f64());
    client
        .execute(&statement, &[&key_hash, &user, state, &seconds])
        .await?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// When the database can't answer.
pub async fn delete(client: &impl GenericClient, key_hash: &[u8]) -> Result<(), DbError> {
    let statement = client
        .prepare_cached("DELETE FROM session WHERE key_hash = $1")
        .await?;
    client.execute(&statement, &[&key_hash]).await?;
    Ok(())
}

/// Ends every session of a user; returns the ended sessions' key hashes.
///
/// # Errors
/// When the database can't answer.
pub async fn delete_of_user(
    client: &impl GenericClient,
    user: UserId,
) -> Result<Vec<Vec<u8>>, DbError> {
    let sql = "DELETE FROM session WHERE user_id = $1 RETURNING key_hash";
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&user.0]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
