//! The pages of the history.

use askama::Template;

use super::diff::Passage;
use super::entries::{ChangeView, EntryView};
use crate::domain::{
    DeletedListing, EventId, FieldChange, FieldErrors, HistoryEntry, HistoryKind, HistoryPlace,
    HistoryQuery, Property, PropertyForm, PropertyId, Version,
};
use crate::http::forms::Fields;
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::http::views::list_address::carrying;
use crate::services::HistoryPage as Page;

/// Where the pages beside one are.
struct PageLinks {
    later: Option<String>,
    earlier: Option<String>,
}

impl PageLinks {
    /// `filters` is the state of the list, for links.
    fn new(page: &Page, query: &HistoryQuery, filters: &str) -> Self {
        let turn = |entry: Option<&HistoryEntry>, place: fn(EventId) -> HistoryPlace| {
            let query = entry.map(|entry| format!("?{}", query.at(place(entry.id))));
            query.map(|query| carrying(&query, filters))
        };
        let (first, last) = (page.entries.first(), page.entries.last());
        Self {
            later: turn(first.filter(|_| page.has_later), HistoryPlace::After),
            earlier: turn(last.filter(|_| page.has_earlier), HistoryPlace::Before),
        }
    }
}

/// The history of all listings, by all users.
#[derive(Template)]
#[template(path = "admin/history_list.html")]
pub(in crate::http) struct HistoryListPage {
    frame: Frame,
    entries: Vec<EntryView>,
    turns: PageLinks,
    query: HistoryQuery,
    typed: Fields,
    pub(in crate::http) errors: FieldErrors,
    actors: Vec<String>,
}

impl HistoryListPage {
    pub(in crate::http) fn new(
        frame: Frame,
        found: Page,
        query: HistoryQuery,
        typed: Fields,
        errors: FieldErrors,
        actors: Vec<String>,
    ) -> Self {
        let turns = PageLinks::new(&found, &query, "");
        let mut entries = EntryView::list(found.entries);
        for view in entries.iter_mut().filter(|view| view.entry.kind == "deleted") {
            let address = format!("/admin/history/{}/undo/", view.entry.id.0);
            view.restores.extend(frame.may("add").then_some((address, "Restore it…")));
        }
        Self { frame, entries, turns, query, typed, errors, actors }
    }
}

/// A listing's history.
#[derive(Template)]
#[template(path = "admin/history.html")]
pub(in crate::http) struct HistoryPage {
    frame: Frame,
    id: PropertyId,
    entries: Vec<EntryView>,
    turns: PageLinks,
    exists: bool,
    /// The deletion, if it can be undone.
    deletion: Option<EventId>,
    /// The state of the list to return to.
    filters: String,
}

impl HistoryPage {
    pub(in crate::http) fn new(
        frame: Frame,
        id: PropertyId,
        page: Page,
        query: &HistoryQuery,
        current: Option<&Property>,
        filters: String,
    ) -> Self {
        let turns = PageLinks::new(&page, query, &filters);
        let newest = page.entries.first();
        let deletion = newest.filter(|entry| entry.kind == "deleted" && current.is_none());
        let deletion = deletion.map(|entry| entry.id);
        let exists = current.is_some();
        let current = current.filter(|_| frame.may("change")).map(PropertyForm::of);
        let (last, is_whole) = (page.entries.len().saturating_sub(1), !page.has_earlier);
        let mut entries = EntryView::list(page.entries);
        for (at, view) in entries.iter_mut().enumerate() {
            let restores = current.as_ref().map_or_else(Vec::new, |current| {
                restores(id, &view.entry, current, is_whole && at == last)
            });
            let kept = |(address, name): (String, _)| (carrying(&address, &filters), name);
            view.restores = restores.into_iter().map(kept).collect();
        }
        Self { frame, id, entries, turns, exists, deletion, filters }
    }
}

/// The versions that an entry can restore: the one after it, and for the first entry also the one before.
fn restores(
    id: PropertyId,
    entry: &HistoryEntry,
    current: &PropertyForm,
    is_oldest: bool,
) -> Vec<(String, &'static str)> {
    let address = |side| {
        let event = entry.id.0;
        format!("/admin/properties/{id}/history/{event}/restore/?version={side}")
    };
    let differs = |state: &Option<PropertyForm>| {
        state.as_ref().is_some_and(|state| !FieldChange::between(current, state).is_empty())
    };
    let mut restores = Vec::new();
    if differs(&entry.after) {
        restores.push((address("after"), "Restore this version…"));
    }
    if is_oldest && differs(&entry.before) {
        restores.push((address("before"), "Restore the version before it…"));
    }
    restores
}

/// The confirmation for restoring an earlier version.
#[derive(Template)]
#[template(path = "admin/restore.html")]
pub(in crate::http) struct RestorePage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) id: PropertyId,
    pub(in crate::http) entry: HistoryEntry,
    /// The version of the entry: `before` or `after`.
    pub(in crate::http) side: String,
    pub(in crate::http) version: Version,
    pub(in crate::http) changes: Vec<ChangeView>,
    pub(in crate::http) notice: Option<&'static str>,
    /// The state of the list to return to.
    pub(in crate::http) filters: String,
}

/// The page if a listing was deleted before its version could be restored.
#[derive(Template)]
#[template(path = "admin/restore_gone.html")]
pub(in crate::http) struct RestoreGonePage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) id: PropertyId,
    /// The state of the list to return to.
    pub(in crate::http) filters: String,
}

/// The confirmation for undoing a deletion.
#[derive(Template)]
#[template(path = "admin/undo.html")]
pub(in crate::http) struct UndoPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) event: EventId,
    /// The listings that were deleted together, up to one more than can be restored.
    pub(in crate::http) deleted: Vec<DeletedListing>,
    /// The event's own listing.
    pub(in crate::http) own: Option<DeletedListing>,
    pub(in crate::http) too_many: bool,
    pub(in crate::http) problem: Option<String>,
    /// The state of the list to return to.
    pub(in crate::http) filters: String,
}
