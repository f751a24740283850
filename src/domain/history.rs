//! What was changed, by whom and when, as people read it.

use chrono::{DateTime, Utc};

use super::{EventId, PropertyForm, PropertyId};

/// One entry of the history of a listing, or of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Its number in the event log.
    pub id: EventId,
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
    /// Why, where whoever did it said so.
    pub note: Option<String>,
    /// The listing as it was; `None` when it was added.
    pub before: Option<PropertyForm>,
    /// The listing as it became; `None` when it was deleted.
    pub after: Option<PropertyForm>,
}

impl HistoryEntry {
    /// The fields that an update changed.
    pub fn changes(&self) -> Vec<FieldChange> {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => FieldChange::between(before, after),
            _ => Vec::new(),
        }
    }
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

impl FieldChange {
    /// The fields in which two states differ.
    pub fn between(before: &PropertyForm, after: &PropertyForm) -> Vec<Self> {
        let change = |field| Self {
            field,
            before: before.get(field).to_owned(),
            after: after.get(field).to_owned(),
        };
        let changes = PropertyForm::FIELDS.into_iter().map(change);
        changes
            .filter(|change| change.before != change.after)
            .collect()
    }
}

/// A listing that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedListing {
    /// The event that tells of it.
    pub event: EventId,
    /// Its number.
    pub id: PropertyId,
    /// Its headline.
    pub title: String,
    /// Where it was.
    pub location: String,
    /// What it cost.
    pub price: String,
    /// Whether its number is in use again.
    pub is_back: bool,
}
