//! History entries for `templates/admin/entries.html`.

use super::diff::{Budget, Passage};
use crate::domain::{Fact, FieldChange, HistoryEntry, Property, PropertyForm};

/// A field with its old and new value.
pub(in crate::http) struct ChangeView {
    pub(in crate::http) change: FieldChange,
    /// Both values in one text, if they are long.
    pub(in crate::http) passages: Option<Vec<Passage>>,
}

/// The changes that restoring `then` would make to a listing.
pub(in crate::http) fn changes_to(current: &Property, then: &PropertyForm) -> Vec<ChangeView> {
    changes(FieldChange::between(&PropertyForm::of(current), then), &Budget::new())
}

fn changes(changes: Vec<FieldChange>, budget: &Budget) -> Vec<ChangeView> {
    let change = |change: FieldChange| ChangeView {
        passages: budget.compare(&change.before, &change.after),
        change,
    };
    changes.into_iter().map(change).collect()
}

/// A history entry to show.
pub(in crate::http) struct EntryView {
    pub(in crate::http) entry: HistoryEntry,
    pub(in crate::http) changes: Vec<ChangeView>,
    /// The facts of a listing that was added or deleted, besides its title; long texts come last.
    pub(in crate::http) values: Vec<(&'static Fact, String)>,
    /// The URLs for restoring the listing at this entry, with their labels.
    pub(in crate::http) restores: Vec<(String, &'static str)>,
}

impl EntryView {
    pub(super) fn new(mut entry: HistoryEntry, budget: &Budget) -> Self {
        let values = match entry.kind.as_str() {
            "created" => entry.after.as_ref(),
            "deleted" => entry.before.as_ref(),
            _ => None,
        };
        Self {
            values: values.map_or_else(Vec::new, whole),
            changes: changes(std::mem::take(&mut entry.changes), budget),
            entry,
            restores: Vec::new(),
        }
    }

    /// Entries without links for restoring.
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
