//! The table `session`. It holds hashes of keys, so that a reader of the table can't use the sessions.

use std::time::Duration;

use serde_json::Value;
use tokio_postgres::Row;

use super::{GenericClient, Result, cached};
use crate::domain::{SessionEntry, UserId};

/// Finds the state of a session that has not expired.
pub async fn find(client: &impl GenericClient, key_hash: &[u8]) -> Result<Option<Value>> {
    let sql = "SELECT state FROM session WHERE key_hash = $1 AND expires_at > now()";
    cached::find(client, sql, &[&key_hash], |row| row.get(0)).await
}

/// A new session.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// The hash of its key.
    pub key_hash: &'a [u8],
    /// The name that its owner sees.
    pub name: &'a str,
    /// The user; `None` for an anonymous session.
    pub user: Option<UserId>,
    /// The state.
    pub state: &'a Value,
    /// The time until it expires.
    pub lifetime: Duration,
    /// The client's address; bounded.
    pub address: &'a str,
    /// The browser's `User-Agent`; bounded.
    pub user_agent: &'a str,
}

/// Adds a session, and removes some expired ones.
pub async fn insert(client: &impl GenericClient, new: NewSession<'_>) -> Result<()> {
    let sql = include_str!("../../sql/queries/session_insert.sql");
    let NewSession { key_hash, name, user, state, lifetime, address, user_agent } = new;
    let (user, seconds) = (user.map(|id| id.0), lifetime.as_secs_f64());
    cached::execute(
        client,
        sql,
        &[&key_hash, &user, &state, &seconds, &name, &address, &user_agent],
    )
    .await
    .map(drop)
}

/// Replaces the state of a session and restarts its lifetime. A session that has ended meanwhile stays ended.
pub async fn update(
    client: &impl GenericClient,
    key_hash: &[u8],
    user: Option<UserId>,
    state: &Value,
    lifetime: Duration,
) -> Result<()> {
    let sql = include_str!("../../sql/queries/session_update.sql");
    let (user, seconds) = (user.map(|id| id.0), lifetime.as_secs_f64());
    cached::execute(client, sql, &[&key_hash, &user, state, &seconds]).await.map(drop)
}

/// The sessions of a user that have not expired, the most recently used first.
pub async fn list_of_user(
    client: &impl GenericClient,
    user: UserId,
    limit: i64,
) -> Result<Vec<SessionEntry>> {
    let sql = include_str!("../../sql/queries/session_list_of_user.sql");
    let entry = |row: &Row| SessionEntry {
        name: row.get(0),
        begun_at: row.get(1),
        seen_at: row.get(2),
        address: row.get(3),
        user_agent: row.get(4),
    };
    cached::list(client, sql, &[&user.0, &limit], entry).await
}

/// Deletes a session.
pub async fn delete(client: &impl GenericClient, key_hash: &[u8]) -> Result<()> {
    cached::execute(client, "DELETE FROM session WHERE key_hash = $1", &[&key_hash]).await.map(drop)
}

/// Deletes a user's session by its name; returns its key hash.
pub async fn delete_named(
    client: &impl GenericClient,
    user: UserId,
    name: &str,
) -> Result<Vec<Vec<u8>>> {
    let sql = "DELETE FROM session WHERE user_id = $1 AND name = $2 RETURNING key_hash";
    cached::list(client, sql, &[&user.0, &name], |row| row.get(0)).await
}

/// Deletes every session of a user, except the one of a name if given; returns their key hashes.
pub async fn delete_of_user(
    client: &impl GenericClient,
    user: UserId,
    but_for: Option<&str>,
) -> Result<Vec<Vec<u8>>> {
    let sql =
        "DELETE FROM session WHERE user_id = $1 AND name IS DISTINCT FROM $2 RETURNING key_hash";
    cached::list(client, sql, &[&user.0, &but_for], |row| row.get(0)).await
}

/// Removes the expired sessions; returns how many.
pub async fn delete_expired(client: &impl GenericClient) -> Result<u64> {
    let sql = "DELETE FROM session WHERE expires_at <= now()";
    client.execute(sql, &[]).await
}
