//! Events in the history of accounts.

use chrono::{DateTime, Utc};

use super::UserId;

/// An entry of the history of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEvent {
    /// The time of the event.
    pub at: DateTime<Utc>,
    /// The acting user.
    pub actor: String,
    /// `added`, `changed`, `deleted` or `sessions_ended`.
    pub kind: String,
    /// The account that was changed; it may have been deleted.
    pub user: UserId,
    /// The login name that the account had.
    pub username: String,
    /// The changed fields.
    pub changes: Vec<AccountChange>,
}

/// A field of an account that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// The name of the field in the form.
    pub field: String,
    /// The old value as shown to users; `None` if it is not shown, as for a password.
    pub before: Option<String>,
    /// The new value.
    pub after: Option<String>,
}

impl AccountEvent {
    /// The action as shown to users.
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
    /// A stored value as shown to users.
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
