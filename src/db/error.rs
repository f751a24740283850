//! The errors of the database.

use std::time::Duration;

use deadpool::managed::PoolError;
use tokio_postgres::error::SqlState;

use crate::tls;

/// A failed database operation.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// There was no connection, it was lost, or another transaction was in the way: a retry may succeed.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The server, or a pooler in front of it, accepts no more connections.
    #[error("the database takes no more connections: {0}")]
    Full(String),
    /// The server cancelled a statement that took too long, or waited too long for another transaction's lock: a retry
    /// may succeed.
    #[error("a statement took too long: {0}")]
    TooSlow(String),
    /// A constraint refused a row.
    #[error("the constraint {0} refused the row")]
    Constraint(String),
    /// The server refused a statement.
    #[error("the database refused a statement: {}", describe(.0))]
    Query(#[source] tokio_postgres::Error),
    /// A row holds a value that the constraints should have refused.
    #[error("a row holds an impossible value in {0}")]
    Corrupt(&'static str),
    /// A migration failed, or was changed after it was applied.
    #[error("migrations failed: {0}")]
    Migration(String),
    /// The pool can't be built from the configuration.
    #[error("the database can't be configured: {0}")]
    Configuration(String),
    /// A file could not be read or written during a bulk copy.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The result of a repository function.
pub type Result<T, E = DbError> = std::result::Result<T, E>;

/// How many characters of a statement an error shows.
const SHOWN: usize = 500;

impl DbError {
    /// The error of a statement that failed after this time.
    pub(super) fn of_statement(err: tokio_postgres::Error, sql: &str, after: Duration) -> Self {
        match Self::from(err) {
            Self::TooSlow(reason) => {
                let lines = sql.lines().filter(|line| !line.starts_with("--"));
                let words: Vec<_> = lines.flat_map(str::split_whitespace).collect();
                let words = words.join(" ");
                let shown: String = words.chars().take(SHOWN).collect();
                Self::TooSlow(format!("{reason}, after {:.1} s: {shown}", after.as_secs_f64()))
            }
            other => other,
        }
    }
}

impl From<tokio_postgres::Error> for DbError {
    fn from(err: tokio_postgres::Error) -> Self {
        if err.is_closed() {
            return Self::Unavailable(err.to_string());
        }
        let Some(db) = err.as_db_error() else {
            let io = std::error::Error::source(&err).is_some_and(|s| s.is::<std::io::Error>());
            return if io { Self::Unavailable(describe(&err)) } else { Self::Query(err) };
        };
        let code = db.code();
        let slow = [SqlState::QUERY_CANCELED, SqlState::LOCK_NOT_AVAILABLE];
        if slow.contains(code) {
            return Self::TooSlow(describe(&err));
        }
        // Class 08 is connection trouble, class 40 a transaction that was rolled back because of another one, class 53 a
        // lack of resources, class 57 an operator's intervention.
        let lost = ["08", "40", "53", "57"].iter().any(|class| code.code().starts_with(class));
        // A server that is no longer the primary counts as lost, until the new one is found.
        if lost || *code == SqlState::READ_ONLY_SQL_TRANSACTION {
            return Self::Unavailable(db.message().to_owned());
        }
        match db.constraint() {
            Some(name) if code.code().starts_with("23") => Self::Constraint(name.to_owned()),
            _ => Self::Query(err),
        }
    }
}

impl From<PoolError<Self>> for DbError {
    fn from(err: PoolError<Self>) -> Self {
        match err {
            PoolError::Backend(err) => err,
            PoolError::Timeout(_) => Self::Unavailable("no connection became free in time".into()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// The server's own message if there is one: the driver's says only “db error”.
pub(super) fn describe(err: &tokio_postgres::Error) -> String {
    if let Some(db) = err.as_db_error() {
        return format!("{} ({})", db.message(), db.code().code());
    }
    if let Some(reason) = tls::reason(err) {
        return reason;
    }
    match std::error::Error::source(err) {
        Some(source) => format!("{err}: {source}"),
        None => err.to_string(),
    }
}
