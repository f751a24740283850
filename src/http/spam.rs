//! Spam protection of the visitors' forms, and its messages.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::error::outage;
use crate::services::{FormToken, ServiceError};

/// The field that people don't see, and programs fill in.
pub(super) const HONEYPOT: &str = "website";

/// The message for a form token that is not valid; `None` if it is.
pub(super) fn notice(checked: FormToken) -> Option<&'static str> {
    match checked {
        FormToken::Valid => None,
        FormToken::TooEarly => {
            Some("That was fast. Please wait a few seconds, and send the form again.")
        }
        FormToken::Expired => Some("This form is too old. Please send it again in a few seconds."),
    }
}

/// The token of a form that is shown again: one that is too young becomes valid with time.
pub(super) fn token_again(token: &str, checked: FormToken, new: impl FnOnce() -> String) -> String {
    match checked {
        FormToken::Expired => new(),
        FormToken::Valid | FormToken::TooEarly => token.to_owned(),
    }
}

/// The message if the database can't store a form now.
pub(super) fn later(err: &ServiceError) -> String {
    let why = outage(err.outage());
    format!("{why}. Your text is still here: send it again in a few seconds.")
}

/// A response that neither caches nor browsers store.
pub(super) fn never_stored(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response
}

/// A redirect after a form was accepted, or seems to be.
pub(super) fn see(address: &str) -> HttpResponse {
    let mut response = never_stored(HttpResponse::SeeOther());
    response.insert_header((header::LOCATION, address)).finish()
}
