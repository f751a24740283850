//! What is asked before something is done with many listings.

use askama::Template;

use super::list::{FilterPart, parts};
use crate::domain::{
    AdminListQuery, FieldErrors, Permission, Property, PropertyId, RowsSeen, Selection,
};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::services::{LISTED_ROWS, Look};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum BulkAction {
    /// They are deleted.
    Delete,
    /// They get another location.
    Move,
}

impl BulkAction {
    /// The permission that the action needs.
    pub(in crate::http) fn needs(self) -> Permission {
        match self {
            Self::Delete => Permission::Delete,
            Self::Move => Permission::Change,
        }
    }
}

/// The confirmation of something that is done with many listings.
#[derive(Template)]
#[template(path = "admin/bulk.html")]
pub(in crate::http) struct BulkPage {
    frame: Frame,
    action: BulkAction,
    count: i64,
    /// The listings that are asked about.
    seen: RowsSeen,
    first: Vec<Property>,
    /// The filter, where every listing that matches was chosen.
    parts: Option<Vec<FilterPart>>,
    ids: Vec<PropertyId>,
    state: String,
    location: String,
    places: Vec<String>,
    errors: FieldErrors,
    notice: Option<String>,
}

impl BulkPage {
    pub(in crate::http) fn new(
        frame: Frame,
        action: BulkAction,
        selection: &Selection,
        list: &AdminListQuery,
        look: Look,
    ) -> Self {
        let (ids, parts) = match selection {
            Selection::Rows(ids) => (ids.clone(), None),
            Selection::Matching(_) => (Vec::new(), Some(parts(list))),
        };
        Self {
            frame,
            action,
            count: look.seen.count,
            seen: look.seen,
            first: look.first,
            parts,
            ids,
            state: list.canonical(),
            location: String::new(),
            places: Vec::new(),
            errors: FieldErrors::new(),
            notice: None,
        }
    }

    /// With what was typed as the new location, what is wrong with it, and places to choose from.
    pub(in crate::http) fn with_location(
        self,
        typed: &str,
        errors: FieldErrors,
        places: Vec<String>,
    ) -> Self {
        Self { location: typed.to_owned(), errors, places, ..self }
    }

    /// With why it is asked once more. Where no listings are left, nothing is asked.
    pub(in crate::http) fn with_notice(self, notice: Option<String>) -> Self {
        let notice = notice.filter(|_| self.count > 0);
        Self { notice, ..self }
    }

    /// How many are not named.
    fn rest(&self) -> i64 {
        self.count - i64::try_from(self.first.len()).unwrap_or(self.count)
    }

    /// Whether the log will keep no values of them.
    fn is_unlisted(&self) -> bool {
        self.count > LISTED_ROWS
    }

    fn deletes(&self) -> bool {
        self.action == BulkAction::Delete
    }
}
