//! What was done to accounts.

use chrono::{DateTime, Utc};

use super::UserId;

/// Something that was done to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// `added`, `changed`, `deleted` or `sessions_ended`.
    pub kind: String,
    /// To whose account; it may be gone.
    pub user: UserId,
    /// The login name that it had.
    pub username: String,
    /// What changed.
    pub changes: Vec<AccountChange>,
}

/// A field of an account that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// Its name in the form.
    pub field: String,
    /// What it was, for people; `None` where that is nothing to tell, as of a password.
    pub before: Option<String>,
    /// What it became.
    pub after: Option<String>,
}

impl AccountEvent {
    /// What was done, for people.
    pub fn verb(&self) -> &'static str {
        match self.kind.as_str() {
            "added" => "added",
            "deleted" => "deleted",
            "sessions_ended" => "ended sessions of",
            _ => "changed",
        }
    }
}

impl AccountChange {
    /// A value as it is stored, for people.
    pub fn worded(value: Option<&str>) -> Option<String> {
        let word = match value? {
            "true" => "yes",
            "false" => "no",
            "" => "none",
            other => other,
        };
        Some(word.to_owned())
    }
}
