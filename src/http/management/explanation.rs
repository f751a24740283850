//! Why an address is answered as it is.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use url::form_urlencoded;

use super::access::Operator;
use super::answer::{json_response, no_store};
use crate::http::negotiation::Format;
use crate::http::pages::explained;
use crate::http::views::management::ExplainPage;
use crate::http::views::page;
use crate::http::{AppError, Site};
use crate::services::Services;

/// What is explained where nothing is asked for.
const LIST: &str = "/properties/";

/// `GET /properties/cache-explain/?url=…`
pub(in crate::http) async fn explain(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let format = Format::of(request.query_string(), request.headers());
    let url = asked_for(request.query_string());
    let found = match explained(&url, &site) {
        Ok(page) => Ok(services.management.explain(&page).await),
        Err(errors) if format == Format::Json => return Err(AppError::Invalid(errors)),
        Err(errors) => Err(errors),
    };
    match (format, &found) {
        (Format::Json, Ok(found)) => {
            Ok(json_response(&json!({"success": true, "url": url, "explanation": found})))
        }
        _ => {
            let mut response = no_store();
            if found.is_err() {
                response.status(actix_web::http::StatusCode::BAD_REQUEST);
            }
            page(response, &ExplainPage::new(operator.frame()?, &url, found))
        }
    }
}

/// The address to explain.
fn asked_for(query_string: &str) -> String {
    let mut pairs = form_urlencoded::parse(query_string.as_bytes());
    let found = pairs.find(|(name, value)| name == "url" && !value.trim().is_empty());
    found.map_or_else(|| LIST.to_owned(), |(_, value)| value.trim().to_owned())
}
