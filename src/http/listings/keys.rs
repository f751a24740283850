//! Keys of public pages, made of parsed input.

use actix_web::dev::ServiceRequest;
use actix_web::web;

use crate::domain::{Cursors, ListingQuery, PropertyId};
use crate::http::Site;
use crate::http::negotiation::Format;
use crate::services::PageKey;

/// The list that a request asks for; `None` when its query is not valid.
pub(in crate::http) fn list(request: &ServiceRequest) -> Option<PageKey> {
    let format = Format::of(request.query_string(), request.headers());
    let query = ListingQuery::parse(request.query_string(), cursors(format)).ok()?;
    Some(PageKey::list(site(request)?, &query, format.name()))
}

/// The listing that a request asks for; `None` when its number is not one.
pub(in crate::http) fn detail(request: &ServiceRequest) -> Option<PageKey> {
    let format = Format::of(request.query_string(), request.headers());
    let id = request.match_info().get("id")?.parse().ok()?;
    Some(PageKey::detail(
        site(request)?,
        PropertyId(id),
        format.name(),
    ))
}

/// Only JSON walks by cursor.
pub(super) fn cursors(format: Format) -> Cursors {
    match format {
        Format::Json => Cursors::Accepted,
        Format::Html => Cursors::Ignored,
    }
}

fn site(request: &ServiceRequest) -> Option<&str> {
    request
        .app_data::<web::Data<Site>>()
        .map(|site| site.url.as_str())
}
