//! Helpers of the management endpoints: reads bodies, and makes responses that are not stored.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::access::Operator;
use crate::http::forms::{Fields, read};
use crate::http::negotiation::joined;
use crate::http::views::management::ResultPage;
use crate::http::views::page;
use crate::http::{Answer, AppError};

/// Reads the JSON object or the form in the body; an empty body means the defaults. `curl -d` without a header labels
/// JSON as a form. `example` is part of the error message for invalid JSON.
pub(super) fn sent<T: DeserializeOwned + Default>(
    request: &HttpRequest,
    body: &[u8],
    example: &str,
    of_form: impl FnOnce(&Fields) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let body = body.trim_ascii();
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let says_json =
        content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if body.is_empty() {
        return Ok(T::default());
    }
    if !says_json && body.first() != Some(&b'{') {
        return of_form(&read(request, body)?);
    }
    // serde would accept an array as the fields in their order.
    let object = serde_json::from_slice::<Map<_, _>>(body).map(Value::Object);
    object.and_then(serde_json::from_value).map_err(|err| {
        AppError::BadRequest(format!("Send an empty body, or JSON such as {example}: {err}."))
    })
}

/// JSON for programs, a page for browsers.
pub(super) fn answer(
    operator: &Operator,
    request: &HttpRequest,
    title: &'static str,
    result: &Value,
) -> Answer {
    match wants_page(request) {
        true => page(no_store(), &ResultPage::new(operator.frame(), title, result)),
        false => Ok(json_response(result)),
    }
}

/// Whether the client is a browser: programs seldom accept HTML.
pub(super) fn wants_page(request: &HttpRequest) -> bool {
    joined(request.headers(), header::ACCEPT).contains("text/html")
}

pub(super) fn no_store() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store, private"));
    response
}

pub(super) fn json_response(value: &Value) -> HttpResponse {
    no_store().json(value)
}
