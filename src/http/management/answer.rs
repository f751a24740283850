//! Answers of the management endpoints: never kept by anybody.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::Value;

use super::access::Operator;
use crate::http::AppError;
use crate::http::negotiation::joined;
use crate::http::views::management::ResultPage;
use crate::http::views::page;

/// JSON for programs; a page for the form of a browser.
pub(super) fn answer(
    operator: &Operator,
    request: &HttpRequest,
    title: &'static str,
    result: &Value,
) -> Result<HttpResponse, AppError> {
    match wants_page(request) {
        true => page(
            no_store(),
            &ResultPage::new(operator.frame()?, title, result),
        ),
        false => Ok(json_response(result)),
    }
}

/// Whether a person asks: what programs send seldom names HTML.
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
