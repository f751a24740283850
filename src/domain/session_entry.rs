//! The sessions of a user.

use chrono::{DateTime, Utc};

use super::user_agent::short_user_agent;

/// A session, without its secret key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEntry {
    /// Its name, which is not secret.
    pub name: String,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub seen_at: DateTime<Utc>,
    /// The client's address when it began; empty if unknown.
    pub address: String,
    /// The browser, from the `User-Agent` header.
    pub user_agent: String,
}

impl SessionEntry {
    /// The browser, for people.
    pub fn browser(&self) -> String {
        short_user_agent(&self.user_agent)
    }
}
