//! Addresses of lists.

use url::form_urlencoded;

use crate::domain::{ListingFilter, ListingQuery, Location};
use crate::http::assets;

/// The picture that stands for the site where a link to it is shown: 1200 × 630.
pub(super) fn share_picture(site_url: &str) -> String {
    format!("{site_url}{}", assets::url("share.png"))
}

/// The path and query string of a list.
pub(super) fn address(query: &ListingQuery) -> String {
    with_query("/properties/", &query.canonical())
}

/// The same of a list by its filter, in the usual order.
pub(super) fn address_of(filter: &ListingFilter) -> String {
    address(&ListingQuery::of(filter.clone()))
}

/// The path and query string of the list of a place.
pub(super) fn address_of_place(location: &Location) -> String {
    let name: String = form_urlencoded::byte_serialize(location.as_str().as_bytes()).collect();
    format!("/properties/?location={name}")
}

pub(super) fn with_query(path: &str, query: &str) -> String {
    match query.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{query}"),
    }
}
