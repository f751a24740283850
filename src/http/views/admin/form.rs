//! The form of a listing, and the listing for staff who may only look.

use askama::Template;

use crate::domain::{FieldErrors, Property, PropertyForm, PropertyId, Version};
use crate::http::views::filters;
use crate::http::views::frame::Frame;

/// How many places a form suggests without asking for more.
pub(in crate::http) const SUGGESTED: usize = 200;

/// The form that adds or changes a listing, before it has its frame.
#[derive(Default)]
pub(in crate::http) struct FormPage {
    id: Option<PropertyId>,
    version: Option<Version>,
    form: PropertyForm,
    errors: FieldErrors,
    notice: Option<String>,
    /// The token by which the form is saved once.
    once: String,
    /// The state of the list that one comes back to.
    filters: String,
    /// Whether it holds what is not saved.
    is_unsaved: bool,
    /// Places to choose from.
    places: Vec<String>,
    /// The listing whose form it was, which is deleted.
    gone: Option<PropertyId>,
    /// A listing that the notice speaks of.
    other: Option<PropertyId>,
}

/// The same with its frame.
#[derive(Template)]
#[template(path = "admin/form.html")]
pub(in crate::http) struct FramedFormPage {
    frame: Frame,
    page: FormPage,
}

impl FormPage {
    pub(in crate::http) fn add(form: PropertyForm) -> Self {
        Self { form, ..Self::default() }
    }

    pub(in crate::http) fn change(id: PropertyId, form: PropertyForm, seen: Version) -> Self {
        Self { id: Some(id), version: Some(seen), ..Self::add(form) }
    }

    /// With its token, and the state of the list.
    pub(in crate::http) fn with_state(self, once: String, filters: String) -> Self {
        Self { once, filters, ..self }
    }

    pub(in crate::http) fn with_errors(self, errors: FieldErrors) -> Self {
        Self { errors, ..self }
    }

    pub(in crate::http) fn with_notice(self, notice: String) -> Self {
        Self { notice: Some(notice), ..self }
    }

    pub(in crate::http) fn with_places(self, places: Vec<String>) -> Self {
        Self { places, ..self }
    }

    pub(in crate::http) fn with_gone(self, id: PropertyId) -> Self {
        Self { gone: Some(id), ..self }
    }

    pub(in crate::http) fn with_other(self, id: PropertyId) -> Self {
        Self { other: Some(id), ..self }
    }

    pub(in crate::http) fn unsaved(self) -> Self {
        Self { is_unsaved: true, ..self }
    }

    pub(in crate::http) fn framed(self, frame: Frame) -> FramedFormPage {
        FramedFormPage { frame, page: self }
    }
}

/// A listing, for staff who may look and not change.
#[derive(Template)]
#[template(path = "admin/view.html")]
pub(in crate::http) struct ViewPage {
    frame: Frame,
    property: Property,
    form: PropertyForm,
    filters: String,
}

impl ViewPage {
    pub(in crate::http) fn new(frame: Frame, property: Property, filters: String) -> Self {
        Self { frame, form: PropertyForm::of(&property), property, filters }
    }
}
