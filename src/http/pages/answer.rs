//! Responds with a page: its best encoding, or 304 if the client's copy is current.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::cache::StoredPage;
use crate::http::negotiation::{AcceptedEncodings, representation};

/// The response with a page, or 304.
pub(in crate::http) fn answer(
    page: &StoredPage,
    headers: &HeaderMap,
    encodings: AcceptedEncodings,
    age: Duration,
    cache_status: HeaderValue,
) -> HttpResponse {
    let mut response = representation(page, headers, encodings);
    let sent = response.headers_mut();
    sent.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    sent.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    sent.insert(header::AGE, HeaderValue::from(age.as_secs()));
    sent.insert(HeaderName::from_static("cache-status"), cache_status);
    response
}
