//! Statements that a client can run.

use tokio_postgres::Statement;

/// A statement that a client has prepared.
#[derive(Debug)]
pub struct Prepared<'a> {
    pub(super) sql: &'a str,
    /// `None` behind a pooler.
    pub(super) statement: Option<Statement>,
}

/// SQL or a prepared statement.
pub trait Runnable: Sync {
    /// The statement's text.
    fn sql(&self) -> &str;

    /// The server's prepared statement, if there is one.
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
