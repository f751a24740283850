//! Where somebody is logged in.

use chrono::{DateTime, Utc};

use super::user_agent::short_user_agent;

/// A session, without what would let anybody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEntry {
    /// What it is known by; not its key.
    pub name: String,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub seen_at: DateTime<Utc>,
    /// The address that it began from; empty when that is not known.
    pub address: String,
    /// What the browser calls itself.
    pub user_agent: String,
}

impl SessionEntry {
    /// The browser, for people.
    pub fn browser(&self) -> String {
        short_user_agent(&self.user_agent)
    }
}
