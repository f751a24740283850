//! What a client can run.

use tokio_postgres::Statement;

/// A statement that a client has prepared.
#[derive(Debug)]
pub struct Prepared<'a> {
    pub(super) sql: &'a str,
    /// `None` where a pooler lies between.
    pub(super) statement: Option<Statement>,
}

/// What a client can run: SQL, or a prepared statement.
pub trait Runnable: Sync {
    /// Its text.
    fn sql(&self) -> &str;

    /// The statement that the server has for it, if there is one.
    fn statement(&self) -> Option<&Statement> {
        None
    }
}

impl Runnable for str {
    fn sql(&self) -> &str {
        self
    }
}

impl Runnable for String {
    fn sql(&self) -> &str {
        self
    }
}

impl Runnable for Prepared<'_> {
    fn sql(&self) -> &str {
        self.sql
    }

    fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }
}
