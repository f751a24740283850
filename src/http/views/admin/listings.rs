//! The forms of listings, and the confirmations of actions.

use askama::Template;

use super::list::FilterPart;
use crate::domain::{FieldErrors, Property, PropertyForm, PropertyId, Status, Version};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::services::{LISTED_ROWS, SelectionPreview};

/// The form that adds or changes a listing, without the admin's frame.
#[derive(Default)]
pub(in crate::http) struct FormPage {
    pub(in crate::http) id: Option<PropertyId>,
    pub(in crate::http) version: Option<Version>,
    pub(in crate::http) form: PropertyForm,
    pub(in crate::http) errors: FieldErrors,
    pub(in crate::http) notice: Option<String>,
    /// The token that ensures that the form is saved once.
    pub(in crate::http) once: String,
    /// The state of the list to return to.
    pub(in crate::http) filters: String,
    /// Whether the form has unsaved changes.
    pub(in crate::http) is_unsaved: bool,
    /// The places to suggest.
    pub(in crate::http) places: Vec<String>,
    /// The listing of the form, if it was deleted.
    pub(in crate::http) gone: Option<PropertyId>,
    /// The saved status of the listing, if it can be changed with one click.
    pub(in crate::http) status: Option<Status>,
    /// A listing that the notice links to.
    pub(in crate::http) other: Option<PropertyId>,
}

/// The form with the admin's frame.
#[derive(Template)]
#[template(path = "admin/form.html")]
pub(in crate::http) struct FramedFormPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) page: FormPage,
}

/// A listing, for staff who may view but not change it.
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
    /// The state of the list, for links and the form.
    pub(in crate::http) filters: String,
    /// Why the confirmation is shown again.
    pub(in crate::http) notice: Option<String>,
}

/// An action on many listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum BulkAction {
    Delete,
    /// Set another location.
    Move,
    SetStatus,
}

impl BulkAction {
    /// The action with a name.
    pub(in crate::http) fn named(name: &str) -> Option<Self> {
        [Self::Delete, Self::Move, Self::SetStatus].into_iter().find(|action| action.name() == name)
    }

    /// The action's name in forms, as in Django's admin.
    fn name(self) -> &'static str {
        match self {
            Self::Delete => "delete_selected",
            Self::Move => "move_selected",
            Self::SetStatus => "set_status_selected",
        }
    }

    /// The field of the new value.
    pub(in crate::http) fn field(self) -> Option<&'static str> {
        match self {
            Self::Delete => None,
            Self::Move => Some("location"),
            Self::SetStatus => Some("status"),
        }
    }

    /// The beginning of the question.
    fn verb(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Move => "Move",
            Self::SetStatus => "Change the status of",
        }
    }

    /// The end of the question.
    fn rest(self) -> &'static str {
        match self {
            Self::Delete => "?",
            Self::Move => " to another location",
            Self::SetStatus => "",
        }
    }

    fn button(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Move => "Move",
            Self::SetStatus => "Change",
        }
    }
}

/// The confirmation of an action on many listings.
#[derive(Template)]
#[template(path = "admin/bulk.html")]
pub(in crate::http) struct BulkPage {
    pub(in crate::http) frame: Frame,
    /// The action.
    pub(in crate::http) action: BulkAction,
    /// The selected listings.
    pub(in crate::http) look: SelectionPreview,
    /// The filter, if all matching listings were selected.
    pub(in crate::http) parts: Option<Vec<FilterPart>>,
    pub(in crate::http) ids: Vec<PropertyId>,
    pub(in crate::http) state: String,
    /// The new value, as typed or chosen.
    pub(in crate::http) typed: String,
    pub(in crate::http) places: Vec<String>,
    pub(in crate::http) errors: FieldErrors,
    /// Why the confirmation is shown again.
    pub(in crate::http) notice: Option<String>,
}

impl BulkPage {
    /// The effect of the action in words.
    fn outcome(&self) -> String {
        let they = if self.look.seen.count == 1 { "It" } else { "They" };
        match self.action {
            BulkAction::Delete => format!("{they} will be removed from the site immediately."),
            BulkAction::Move => format!("{they} will appear under the new location immediately."),
            BulkAction::SetStatus => {
                "The site shows the new status immediately. Lists show listings that are active \
                or under offer."
                    .to_owned()
            }
        }
    }

    /// The number of listings that are not named.
    fn rest(&self) -> i64 {
        let named = i64::try_from(self.look.first.len());
        named.map_or(0, |named| self.look.seen.count - named)
    }

    /// Whether there are too many listings for the log to record their values.
    fn is_unlisted(&self) -> bool {
        self.look.seen.count > LISTED_ROWS
    }
}
