//! The PostgreSQL server, and the number of connections.

use super::PostgresAddress;
use super::reader::Reader;

/// The choice of PostgreSQL.
#[derive(Debug, Clone)]
pub enum DatabaseChoice {
    /// A private server that the program starts below `DATA_DIR`.
    Private,
    /// The server that `DATABASE_URL` names.
    Url(Box<PostgresAddress>),
}

/// PostgreSQL's part of the configuration.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// `DATABASE_URL`.
    pub choice: DatabaseChoice,
    /// `DATABASE_DIRECT_URL`, if it differs from `DATABASE_URL`: then no request relies on a session.
    pub direct: Option<Box<PostgresAddress>>,
    /// `DATABASE_POOL_SIZE`: the size of the pool for requests, and of the pool for long work. If it is too high, the
    /// server runs out of connections (its `max_connections`) when several instances run, each of which may use twice
    /// as many; if it is too low, requests that miss every cache wait for a connection.
    pub pool_size: usize,
    /// `EVENT_RETENTION_DAYS`: how long the history keeps an entry; 0 keeps it for ever. If it is too low, staff can't
    /// see or undo earlier changes; if it is too high, old personal data stays in the database.
    pub event_retention_days: u16,
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let pool_size = reader.number("DATABASE_POOL_SIZE", 16, 2, 1000, "connections");
        let address = reader.postgres("DATABASE_URL");
        let choice = address
            .map_or(DatabaseChoice::Private, |address| DatabaseChoice::Url(Box::new(address)));
        let direct = reader
            .postgres("DATABASE_DIRECT_URL")
            .filter(|_| reader.text("DATABASE_DIRECT_URL") != reader.text("DATABASE_URL"));
        if direct.is_some() && reader.text("DATABASE_URL").is_none() {
            let needs = "needs DATABASE_URL, the address of the pooler";
            reader.secret_problem("DATABASE_DIRECT_URL", needs);
        }
        let retention = "days; 0 keeps the history for ever";
        Self {
            choice,
            direct: direct.map(Box::new),
            pool_size,
            event_retention_days: reader.number("EVENT_RETENTION_DAYS", 0, 0, 36_500, retention),
        }
    }

    /// Whether the program starts its own server.
    pub fn is_private(&self) -> bool {
        matches!(self.choice, DatabaseChoice::Private)
    }
}
