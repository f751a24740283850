//! The PostgreSQL server, and the number of connections.

use super::reader::Reader;

/// The choice of PostgreSQL.
#[derive(Clone)]
pub enum DatabaseChoice {
    /// A private server that the program starts below `DATA_DIR`.
    Private,
    /// The server that `DATABASE_URL` names.
    Url(Box<tokio_postgres::Config>),
}

impl std::fmt::Debug for DatabaseChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Private => "Private",
            Self::Url(_) => "Url(…)",
        })
    }
}

/// PostgreSQL's part of the configuration.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// `DATABASE_URL`.
    pub choice: DatabaseChoice,
    /// `DATABASE_POOL_SIZE`, of the pool for requests and of the one for what takes long. Too high, and the server runs
    /// out of connections (its `max_connections`) when several instances run, each of which may take twice as many; too
    /// low, and requests that miss every cache queue for one.
    pub pool_size: usize,
    /// `EVENT_RETENTION_DAYS`: how long the history keeps an entry; 0 keeps it for ever. Too low, and staff can't see or
    /// undo earlier changes; too high, and old personal data stays in the database.
    pub event_retention_days: u16,
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let pool_size = reader.number("DATABASE_POOL_SIZE", 16, 2, 1000, "connections");
        let choice = reader.text("DATABASE_URL").map_or(DatabaseChoice::Private, |text| {
            match text.parse::<tokio_postgres::Config>() {
                Ok(config) => match refusal(&config) {
                    None => return DatabaseChoice::Url(Box::new(config)),
                    Some(reason) => reader.secret_problem("DATABASE_URL", reason),
                },
                Err(err) => reader.secret_problem(
                    "DATABASE_URL",
                    format!("must look like postgres://user:password@host:5432/database ({err})"),
                ),
            }
            DatabaseChoice::Private
        });
        let retention = "days; 0 keeps the history for ever";
        Self {
            choice,
            pool_size,
            event_retention_days: reader.number("EVENT_RETENTION_DAYS", 0, 0, 36_500, retention),
        }
    }

    /// Whether the program starts its own server.
    pub fn is_private(&self) -> bool {
        matches!(self.choice, DatabaseChoice::Private)
    }
}

fn refusal(config: &tokio_postgres::Config) -> Option<&'static str> {
    if config.get_hosts().is_empty() {
        return Some("must name a host: postgres://user:password@host:5432/database");
    }
    if config.get_ssl_mode() == tokio_postgres::config::SslMode::Require {
        return Some("has sslmode=require, which is not supported; use a local proxy or socket");
    }
    None
}
