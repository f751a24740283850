//! Entries of a history, as `templates/admin/entries.html` shows them.

use chrono::{DateTime, Utc};

use super::diff::{Budget, Passage};
use crate::domain::{Fact, FieldChange, HistoryEntry, PropertyForm, PropertyId};

/// A field in two versions.
pub(in crate::http) struct ChangeView {
    pub(in crate::http) fact: &'static Fact,
    pub(in crate::http) before: String,
    pub(in crate::http) after: String,
    /// Both versions in one, where they are long.
    pub(in crate::http) passages: Option<Vec<Passage>>,
}

/// Fields in two versions each.
pub(super) fn changes(changes: Vec<FieldChange>, budget: &Budget) -> Vec<ChangeView> {
    let change = |change: FieldChange| ChangeView {
        passages: budget.compare(&change.before, &change.after),
        fact: change.fact,
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
    /// The facts of the listing that was added or deleted, besides its title; long texts are last.
    pub(in crate::http) values: Vec<(&'static Fact, String)>,
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
        let values = values.as_ref().map_or_else(Vec::new, whole);
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

fn whole(listing: &PropertyForm) -> Vec<(&'static Fact, String)> {
    let values = listing.fields();
    let shown = values.filter(|(fact, value)| fact.name != "title" && !value.is_empty());
    let mut shown: Vec<_> = shown.map(|(fact, value)| (fact, value.to_owned())).collect();
    shown.sort_by_key(|(fact, _)| fact.kind.is_prose());
    shown
}
