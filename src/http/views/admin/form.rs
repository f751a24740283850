//! The form of a listing, and both versions of one that two people edited.

use askama::Template;

use crate::domain::{FieldErrors, Property, PropertyForm, PropertyId, Version};
use crate::http::admin::staff::Frame;
use crate::http::views::filters;

/// The form that adds or changes a listing, before it has its frame.
pub(in crate::http) struct FormPage {
    id: Option<PropertyId>,
    version: Option<Version>,
    form: PropertyForm,
    errors: FieldErrors,
    notice: Option<&'static str>,
}

/// The same with its frame.
#[derive(Template)]
#[template(path = "admin/form.html")]
pub(in crate::http) struct FramedFormPage {
    frame: Frame,
    id: Option<PropertyId>,
    version: Option<Version>,
    form: PropertyForm,
    errors: FieldErrors,
    notice: Option<&'static str>,
}

impl FormPage {
    pub(in crate::http) fn add(form: PropertyForm) -> Self {
        Self {
            id: None,
            version: None,
            form,
            errors: FieldErrors::new(),
            notice: None,
        }
    }

    pub(in crate::http) fn change(id: PropertyId, form: PropertyForm, seen: Version) -> Self {
        Self {
            id: Some(id),
            version: Some(seen),
            ..Self::add(form)
        }
    }

    pub(in crate::http) fn with_errors(self, errors: FieldErrors) -> Self {
        Self { errors, ..self }
    }

    pub(in crate::http) fn with_notice(self, notice: &'static str) -> Self {
        Self {
            notice: Some(notice),
            ..self
        }
    }

    pub(in crate::http) fn framed(self, frame: Frame) -> FramedFormPage {
        let Self {
            id,
            version,
            form,
            errors,
            notice,
        } = self;
        FramedFormPage {
            frame,
            id,
            version,
            form,
            errors,
            notice,
        }
    }
}

/// Both versions of a listing that two people edited.
#[derive(Template)]
#[template(path = "admin/conflict.html")]
pub(in crate::http) struct ConflictPage {
    frame: Frame,
    id: PropertyId,
    version: Version,
    form: PropertyForm,
    errors: FieldErrors,
    rows: Vec<ConflictRow>,
}

/// One field in both versions.
struct ConflictRow {
    label: &'static str,
    theirs: String,
    yours: String,
    differs: bool,
}

impl ConflictPage {
    pub(in crate::http) fn new(frame: Frame, form: PropertyForm, current: &Property) -> Self {
        let theirs = PropertyForm::of(current);
        let row = |label, theirs: &String, yours: &String| ConflictRow {
            label,
            theirs: theirs.clone(),
            yours: yours.clone(),
            differs: theirs.trim() != yours.replace("\r\n", "\n").trim(),
        };
        let rows = vec![
            row("Title", &theirs.title, &form.title),
            row("Description", &theirs.description, &form.description),
            row("Price", &theirs.price, &form.price),
            row("Location", &theirs.location, &form.location),
        ];
        Self {
            frame,
            id: current.id,
            version: current.version(),
            form,
            errors: FieldErrors::new(),
            rows,
        }
    }
}
