//! Answers a request from a page in hand: its best encoding, or only the news that the client's copy is still right.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::cache::StoredPage;
use crate::http::negotiation::{AcceptedEncodings, has_copy};

/// The answer with a page, or 304.
pub(in crate::http) fn answer(
    page: &StoredPage,
    headers: &HeaderMap,
    encodings: AcceptedEncodings,
    age: Duration,
    cache_status: HeaderValue,
) -> HttpResponse {
    let encoding = page.choose(encodings);
    let current = page.etag(encoding);
    // A copy that was compressed otherwise is the same page, and keeps its own validator.
    let mut known = [current].into_iter().chain(page.etags(encoding));
    let copy = known.find(|etag| has_copy(headers, etag));
    let not_modified = copy.is_some();
    let etag = copy.unwrap_or(current);
    let status = match not_modified {
        true => StatusCode::NOT_MODIFIED,
        false => StatusCode::OK,
    };
    let mut response = HttpResponseBuilder::new(status);
    response
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache")))
        .insert_header((header::VARY, HeaderValue::from_static("Accept, Accept-Encoding")))
        .insert_header((header::ETAG, etag.clone()))
        .insert_header((header::AGE, HeaderValue::from(age.as_secs())))
        .insert_header((HeaderName::from_static("cache-status"), cache_status));
    if not_modified {
        return response.finish();
    }
    if let Some(token) = encoding.token() {
        response.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(token)));
    }
    response.insert_header((header::CONTENT_TYPE, page.content_type.clone()));
    response.body(page.body(encoding))
}
