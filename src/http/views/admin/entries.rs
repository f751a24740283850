//! Entries of a history, as `templates/admin/entries.html` shows them.

use super::diff::{Budget, Passage};
use crate::domain::{Fact, FieldChange, HistoryEntry, Property, PropertyForm};

/// A field in two versions.
pub(in crate::http) struct ChangeView {
    pub(in crate::http) change: FieldChange,
    /// Both versions in one, where they are long.
    pub(in crate::http) passages: Option<Vec<Passage>>,
}

/// What a listing's fields would change to.
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

/// An entry.
pub(in crate::http) struct EntryView {
    pub(in crate::http) entry: HistoryEntry,
    pub(in crate::http) changes: Vec<ChangeView>,
    /// The facts of the listing that was added or deleted, besides its title; long texts are last.
    pub(in crate::http) values: Vec<(&'static Fact, String)>,
    /// Where the listing as it was then can be restored, each with what that is called.
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
