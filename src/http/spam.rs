//! What keeps programs from the forms of visitors, and what visitors are told.

use actix_web::HttpResponseBuilder;
use actix_web::http::header;

use super::error::outage;
use crate::services::{Freshness, ServiceError};

/// The field that people don't see, and programs fill in.
pub(super) const TRAP: &str = "website";

/// What is said of a form's token, if anything is wrong with it.
pub(super) fn notice(freshness: Freshness) -> Option<&'static str> {
    match freshness {
        Freshness::Right => None,
        Freshness::Early => {
            Some("That was fast. Please wait a few seconds, and send the form again.")
        }
        Freshness::Void => Some("This form is too old. Please send it again in a few seconds."),
    }
}

/// What is said where the database can't take a form now.
pub(super) fn later(err: &ServiceError) -> String {
    let why = outage(err.outage());
    format!("{why}. Your text is still here: send it again in a few seconds.")
}

/// A response that nobody keeps.
pub(super) fn never_stored(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response
}
