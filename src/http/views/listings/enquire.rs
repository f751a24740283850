//! Asking about a listing.

use askama::Template;

use super::filters;
use crate::domain::{EnquiryForm, FieldErrors, PropertyId};

/// The enquiry form.
#[derive(Template)]
#[template(path = "listings/enquire.html")]
pub(in crate::http) struct EnquirePage<'a> {
    pub(in crate::http) id: PropertyId,
    /// The listing's title; nothing where the database can't tell.
    pub(in crate::http) title: Option<&'a str>,
    pub(in crate::http) token: String,
    pub(in crate::http) form: EnquiryForm,
    pub(in crate::http) errors: FieldErrors,
    /// Why the form is shown once more.
    pub(in crate::http) notice: Option<String>,
    /// Whether a copy can be sent.
    pub(in crate::http) can_copy: bool,
}

/// The confirmation.
#[derive(Template)]
#[template(path = "listings/enquired.html")]
pub(in crate::http) struct EnquiredPage {
    pub(in crate::http) id: PropertyId,
}
