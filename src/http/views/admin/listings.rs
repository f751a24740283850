//! The forms of listings, and what is asked before something is done with them.

use askama::Template;

use super::list::FilterPart;
use crate::domain::{FieldErrors, Property, PropertyForm, PropertyId, Version};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::services::{LISTED_ROWS, Look};

/// The form that adds or changes a listing, before it has its frame.
#[derive(Default)]
pub(in crate::http) struct FormPage {
    pub(in crate::http) id: Option<PropertyId>,
    pub(in crate::http) version: Option<Version>,
    pub(in crate::http) form: PropertyForm,
    pub(in crate::http) errors: FieldErrors,
    pub(in crate::http) notice: Option<String>,
    /// The token by which the form is saved once.
    pub(in crate::http) once: String,
    /// The state of the list that one comes back to.
    pub(in crate::http) filters: String,
    /// Whether it holds what is not saved.
    pub(in crate::http) is_unsaved: bool,
    /// Places to choose from.
    pub(in crate::http) places: Vec<String>,
    /// The listing whose form it was, which is deleted.
    pub(in crate::http) gone: Option<PropertyId>,
    /// A listing that the notice speaks of.
    pub(in crate::http) other: Option<PropertyId>,
}

/// The same with its frame.
#[derive(Template)]
#[template(path = "admin/form.html")]
pub(in crate::http) struct FramedFormPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) page: FormPage,
}

/// A listing, for staff who may look and not change.
#[derive(Template)]
#[template(path = "admin/view.html")]
pub(in crate::http) struct ViewPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) property: Property,
    pub(in crate::http) form: PropertyForm,
    pub(in crate::http) filters: String,
}

/// The confirmation of a deletion.
#[derive(Template)]
#[template(path = "admin/delete.html")]
pub(in crate::http) struct DeletePage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) property: Property,
    /// The state of the list that one came from, for links and the form to carry.
    pub(in crate::http) filters: String,
    /// Why it is asked once more.
    pub(in crate::http) notice: Option<String>,
}

/// The confirmation of something that is done with many listings.
#[derive(Template)]
#[template(path = "admin/bulk.html")]
pub(in crate::http) struct BulkPage {
    pub(in crate::http) frame: Frame,
    /// Whether they are deleted; otherwise they get another location.
    pub(in crate::http) deletes: bool,
    /// The listings that are asked about.
    pub(in crate::http) look: Look,
    /// The filter, where every listing that matches was chosen.
    pub(in crate::http) parts: Option<Vec<FilterPart>>,
    pub(in crate::http) ids: Vec<PropertyId>,
    pub(in crate::http) state: String,
    /// What was typed as the new location.
    pub(in crate::http) location: String,
    pub(in crate::http) places: Vec<String>,
    pub(in crate::http) errors: FieldErrors,
    /// Why it is asked once more.
    pub(in crate::http) notice: Option<String>,
}

impl BulkPage {
    /// How many are not named.
    fn rest(&self) -> i64 {
        let named = i64::try_from(self.look.first.len());
        named.map_or(0, |named| self.look.seen.count - named)
    }

    /// Whether the log will keep no values of them.
    fn is_unlisted(&self) -> bool {
        self.look.seen.count > LISTED_ROWS
    }
}
