//! Entries of a history, as `templates/admin/entries.html` shows them.

use chrono::{DateTime, Utc};

use super::diff::{Budget, Passage};
use crate::domain::{FieldChange, HistoryEntry, PropertyForm, PropertyId};

/// A field in two versions.
pub(in crate::http) struct ChangeView {
    pub(in crate::http) field: &'static str,
    pub(in crate::http) before: String,
    pub(in crate::http) after: String,
    /// Both versions in one, where they are long.
    pub(in crate::http) passages: Option<Vec<Passage>>,
}

/// Fields in two versions each.
pub(super) fn changes(changes: Vec<FieldChange>, budget: &Budget) -> Vec<ChangeView> {
    let change = |change: FieldChange| ChangeView {
        passages: budget.compare(&change.before, &change.after),
        field: change.field,
        before: change.before,
        after: change.after,
    };
    changes.into_iter().map(change).collect()
}

/// An entry.
pub(in crate::http) struct EntryView {
    pub(in crate::http) at: DateTime<Utc>,
    pub(in crate::http) actor: String,
    pub(in crate::http) kind: String,
    pub(in crate::http) property: Option<PropertyId>,
    pub(in crate::http) title: String,
    pub(in crate::http) note: Option<String>,
    pub(in crate::http) changes: Vec<ChangeView>,
    /// What was added or deleted, whole.
    pub(in crate::http) values: Option<PropertyForm>,
    /// Where the listing as it was then can be restored, each with what that is called.
    pub(in crate::http) restores: Vec<(String, &'static str)>,
}

impl EntryView {
    pub(super) fn new(entry: HistoryEntry, budget: &Budget) -> Self {
        let values = match entry.kind.as_str() {
            "created" => entry.after.clone(),
            "deleted" => entry.before.clone(),
            _ => None,
        };
        Self {
            changes: changes(entry.changes, budget),
            at: entry.at,
            actor: entry.actor,
            kind: entry.kind,
            property: entry.property,
            title: entry.title,
            note: entry.note,
            values,
            restores: Vec::new(),
        }
    }

    /// Entries that offer nothing to be restored.
    pub(in crate::http) fn list(entries: Vec<HistoryEntry>) -> Vec<Self> {
        let budget = Budget::new();
        let entries = entries.into_iter();
        entries.map(|entry| Self::new(entry, &budget)).collect()
    }
}
