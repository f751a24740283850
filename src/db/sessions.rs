//! The table `session`. Keys come hashed, so that who reads the table can't enter with what it holds.

use std::time::Duration;

use serde_json::Value;
use tokio_postgres::Row;

use super::{DbError, GenericClient};
use crate::domain::{SessionEntry, UserId};

/// Finds the state of a session that has not expired.
pub async fn find(client: &impl GenericClient, key_hash: &[u8]) -> Result<Option<Value>, DbError> {
    let sql = "SELECT state FROM session WHERE key_hash = $1 AND expires_at > now()";
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query_opt(&statement, &[&key_hash]).await?.map(|row| row.get(0)))
}

/// A session that begins.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// The hash of its key.
    pub key_hash: &'a [u8],
    /// What its owner knows it by.
    pub name: &'a str,
    /// Whose it is.
    pub user: Option<UserId>,
    /// What it holds.
    pub state: &'a Value,
    /// When it ends by itself.
    pub lifetime: Duration,
    /// From where it begins; bounded.
    pub address: &'a str,
    /// What the browser calls itself; bounded.
    pub user_agent: &'a str,
}

/// Adds a session. Removes some of those that have expired.
pub async fn insert(client: &impl GenericClient, new: NewSession<'_>) -> Result<(), DbError> {
    let sql = include_str!("../../sql/queries/session_insert.sql");
    let statement = client.prepare_cached(sql).await?;
    let NewSession { key_hash, name, user, state, lifetime, address, user_agent } = new;
    let (user, seconds) = (user.map(|id| id.0), lifetime.as_secs_f64());
    client
        .execute(&statement, &[&key_hash, &user, &state, &seconds, &name, &address, &user_agent])
        .await?;
    Ok(())
}

/// Replaces the state of a session, and starts its lifetime anew. One that has ended meanwhile stays ended.
pub async fn update(
    client: &impl GenericClient,
    key_hash: &[u8],
    user: Option<UserId>,
    state: &Value,
    lifetime: Duration,
) -> Result<(), DbError> {
    let sql = include_str!("../../sql/queries/session_update.sql");
    let statement = client.prepare_cached(sql).await?;
    let (user, seconds) = (user.map(|id| id.0), lifetime.as_secs_f64());
    client.execute(&statement, &[&key_hash, &user, state, &seconds]).await?;
    Ok(())
}

/// The sessions of a user that have not expired, the latest used first.
pub async fn list_of_user(
    client: &impl GenericClient,
    user: UserId,
    limit: i64,
) -> Result<Vec<SessionEntry>, DbError> {
    let sql = include_str!("../../sql/queries/session_list_of_user.sql");
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&user.0, &limit]).await?;
    let entry = |row: &Row| SessionEntry {
        name: row.get(0),
        begun_at: row.get(1),
        seen_at: row.get(2),
        address: row.get(3),
        user_agent: row.get(4),
    };
    Ok(rows.iter().map(entry).collect())
}

/// Ends a session.
pub async fn delete(client: &impl GenericClient, key_hash: &[u8]) -> Result<(), DbError> {
    let statement = client.prepare_cached("DELETE FROM session WHERE key_hash = $1").await?;
    client.execute(&statement, &[&key_hash]).await?;
    Ok(())
}

/// Ends one session of a user by its name; returns the ended session's key hash.
pub async fn delete_named(
    client: &impl GenericClient,
    user: UserId,
    name: &str,
) -> Result<Vec<Vec<u8>>, DbError> {
    let sql = "DELETE FROM session WHERE user_id = $1 AND name = $2 RETURNING key_hash";
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&user.0, &name]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Ends every session of a user, but for one of a name where that is to stay; returns the ended sessions' key hashes.
pub async fn delete_of_user(
    client: &impl GenericClient,
    user: UserId,
    but_for: Option<&str>,
) -> Result<Vec<Vec<u8>>, DbError> {
    let sql =
        "DELETE FROM session WHERE user_id = $1 AND name IS DISTINCT FROM $2 RETURNING key_hash";
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&user.0, &but_for]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Removes the sessions that have expired; returns how many.
pub async fn delete_expired(client: &impl GenericClient) -> Result<u64, DbError> {
    let sql = "DELETE FROM session WHERE expires_at <= now()";
    client.execute(sql, &[]).await
}
