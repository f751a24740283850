//! The server's settings, for the command `check`.

use chrono::{DateTime, Utc};

use super::{GenericClient, Result};

/// Settings and state that decide whether the site runs well on a server.
#[derive(Debug, Clone)]
pub struct ServerFacts {
    /// As it is shown, e.g. `17.2 (Debian 17.2-1)`.
    pub version: String,
    /// Its first number.
    pub major: i32,
    /// The database's encoding.
    pub encoding: String,
    /// Whether writes are refused: a standby, or set so.
    pub is_read_only: bool,
    /// Whether the site's role may do everything on the server.
    pub role_is_superuser: bool,
    /// Whether commits reach the disk (`fsync`).
    pub syncs: bool,
    /// Whether a page that is half written in a crash can be mended (`full_page_writes`).
    pub writes_full_pages: bool,
    /// Whether a commit is answered only when it is safe (`synchronous_commit`).
    pub commits_synchronously: bool,
    /// Whether dead rows are removed (`autovacuum`).
    pub vacuums: bool,
    /// How many connections ordinary roles may have together.
    pub connections: i32,
    /// `max_connections`, of which the server keeps some for superusers.
    pub max_connections: i32,
    /// How many the site's role may have; -1 means no limit of its own.
    pub role_connections: i32,
    /// The server's clock.
    pub now: DateTime<Utc>,
    /// How many instances of the site use the database at the moment.
    pub instances: i64,
    /// How many connections other programs have at the moment.
    pub other_connections: i64,
}

/// Asks the server.
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
