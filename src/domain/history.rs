//! What was changed, by whom and when, as people read it.

use chrono::{DateTime, Utc};

use super::PropertyId;

/// One entry of the history of a listing, or of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// A user of the site, a command, or a database role.
    pub actor: String,
    /// `created`, `updated`, `deleted`, `bulk` or `cleared`.
    pub kind: String,
    /// The listing; `None` for a bulk change or a clear.
    pub property: Option<PropertyId>,
    /// Its headline then; for a bulk change what it was.
    pub title: String,
    /// The fields that an update changed.
    pub changes: Vec<FieldChange>,
}

/// An old and a new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field.
    pub field: &'static str,
    /// Its value before.
    pub before: String,
    /// Its value after.
    pub after: String,
}
