//! Connections through a pooler that assigns a session per transaction, such as PgBouncer in transaction mode.
//!
//! **Invariant:** no session keeps anything for a client of requests: no prepared statement, no setting, no lock. Each
//! statement is sent with the types of its parameters in one exchange, and limits are set per transaction. Work that
//! needs a session uses the direct address.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::DbError;
use super::connecting::{open, spawn};
use super::endpoint::Endpoint;

/// The limits of a transaction, since a session can't keep them.
pub(super) const LIMITS: &str = "SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '5s'; \
    SET LOCAL idle_in_transaction_session_timeout = '30s'";
/// How often two connections are compared: other clients' transactions may hide that they share sessions.
const ROUNDS: usize = 5;
/// If a client waits this long for a session, it shares it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether two connections share sessions.
///
/// # Errors
/// If the server can't be reached.
pub(super) async fn shares_sessions(endpoint: &Endpoint) -> Result<bool, DbError> {
    let (first, second) = (connect(endpoint).await?, connect(endpoint).await?);
    let (mut of_first, mut of_second) = (HashSet::new(), HashSet::new());
    for _ in 0..ROUNDS {
        of_first.insert(session(&first, "").await?);
        of_second.insert(session(&second, "BEGIN;").await?);
        let meanwhile = timeout(PATIENCE, session(&first, "")).await;
        second.batch_execute("ROLLBACK").await?;
        match meanwhile {
            Ok(session) => of_first.insert(session?),
            Err(_) => return Ok(true),
        };
        if of_first.len() > 1 || !of_first.is_disjoint(&of_second) {
            return Ok(true);
        }
    }
    Ok(of_second.len() > 1)
}

/// A text that identifies a database among all others.
///
/// # Errors
/// If the server can't be reached.
pub(super) async fn identity(endpoint: &Endpoint) -> Result<String, DbError> {
    let of = "SELECT system_identifier || ' ' || oid FROM pg_control_system(), pg_database
        WHERE datname = current_database()";
    first_value(&connect(endpoint).await?, of).await
}

async fn connect(endpoint: &Endpoint) -> Result<Client, DbError> {
    let (client, connection) = open(endpoint.clone(), "").await?;
    spawn(connection);
    Ok(client)
}

async fn session(client: &Client, before: &str) -> Result<String, DbError> {
    first_value(client, &format!("{before} SELECT pg_backend_pid()")).await
}

async fn first_value(client: &Client, sql: &str) -> Result<String, DbError> {
    let said = client.simple_query(sql).await?;
    let value = said.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    Ok(value.unwrap_or_default().to_owned())
}
