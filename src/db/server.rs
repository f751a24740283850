//! The server's settings, for the command `check`.

use chrono::{DateTime, Utc};

use super::{GenericClient, Result};

/// The server's settings and state that the site depends on.
#[derive(Debug, Clone)]
pub struct ServerFacts {
    /// The version as text, such as `17.2 (Debian 17.2-1)`.
    pub version: String,
    /// The major version.
    pub major: i32,
    /// The database's encoding.
    pub encoding: String,
    /// Whether writes are refused: on a standby, or by a setting.
    pub is_read_only: bool,
    /// Whether the site's role is a superuser.
    pub role_is_superuser: bool,
    /// Whether commits reach the disk (`fsync`).
    pub syncs: bool,
    /// Whether a page that a crash left half-written can be restored (`full_page_writes`).
    pub writes_full_pages: bool,
    /// Whether a commit is confirmed only when it is on disk (`synchronous_commit`).
    pub commits_synchronously: bool,
    /// Whether dead rows are removed (`autovacuum`).
    pub vacuums: bool,
    /// The number of connections for ordinary roles.
    pub connections: i32,
    /// `max_connections`; the server keeps some of these for superusers.
    pub max_connections: i32,
    /// The number of connections that the site's role may have; -1 means no limit of its own.
    pub role_connections: i32,
    /// The server's clock.
    pub now: DateTime<Utc>,
    /// The number of the site's instances that use the database now.
    pub instances: i64,
    /// The number of other programs' connections now.
    pub other_connections: i64,
}

/// Reads the settings and state.
pub async fn find_facts(client: &impl GenericClient) -> Result<ServerFacts> {
    let sql = include_str!("../../sql/queries/server_facts.sql");
    let row = client.query_one(sql, &[]).await?;
    Ok(ServerFacts {
        version: row.get(0),
        major: row.get(1),
        encoding: row.get(2),
        is_read_only: row.get(3),
        role_is_superuser: row.get(4),
        syncs: row.get(5),
        writes_full_pages: row.get(6),
        commits_synchronously: row.get(7),
        vacuums: row.get(8),
        connections: row.get(9),
        max_connections: row.get(14),
        role_connections: row.get(10),
        now: row.get(11),
        instances: row.get(12),
        other_connections: row.get(13),
    })
}
