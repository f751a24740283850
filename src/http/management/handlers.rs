//! Handlers of the management endpoints. They respond with JSON, or with a page to a browser.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use url::form_urlencoded;

use super::access::Operator;
use super::answer::{answer, json_response, no_store, wants_page};
use crate::cache::Interrupted;
use crate::domain::FieldErrors;
use crate::http::negotiation::Format;
use crate::http::pages::explained;
use crate::http::views::management::{DashboardPage, ExplainPage, Figures, WarmPage};
use crate::http::views::page;
use crate::http::{Answer, AppError, Site};
use crate::services::{EXPOSITION_TYPE, Range};

/// The default URL to explain.
const LIST: &str = "/properties/";
/// The page that shows the progress of warming.
const WARMING: &str = "/properties/cache-warm/";

/// `GET /properties/cache-status/`
pub(super) async fn status(operator: Operator) -> HttpResponse {
    json_response(&operator.services.management.status().await)
}

/// `GET /properties/cache-test/`
pub(super) async fn test(operator: Operator, request: HttpRequest) -> Answer {
    let result = operator.services.management.test().await;
    answer(&operator, &request, "Cache test", &result)
}

/// `POST /properties/test-signals/`
pub(super) async fn test_signals(operator: Operator, request: HttpRequest) -> Answer {
    let result = operator.services.management.test_signals().await?;
    answer(&operator, &request, "Signals test", &result)
}

/// `GET /metrics`: the figures for Prometheus.
pub(super) async fn exposition(operator: Operator) -> HttpResponse {
    no_store().content_type(EXPOSITION_TYPE).body(operator.services.exposition.text())
}

/// `GET /properties/redis-metrics/`
pub(super) async fn metrics(operator: Operator, request: HttpRequest) -> Answer {
    let overview = operator.services.management.overview(range_of(&request)).await;
    match Format::of(request.query_string(), request.headers()) {
        Format::Json => Ok(json_response(&overview.json())),
        Format::Html => {
            let figures = Figures::of(&overview);
            page(no_store(), &DashboardPage { frame: operator.frame(), figures })
        }
    }
}

/// The time range in a URL's query; the shortest if it has none.
pub(super) fn range_of(request: &HttpRequest) -> Range {
    let mut pairs = form_urlencoded::parse(request.query_string().as_bytes());
    let named = pairs.find(|(name, _)| name == "range");
    named.map_or_else(Range::default, |(_, name)| Range::named(&name))
}

/// `GET /properties/cache-explain/?url=…`
pub(super) async fn explain(
    operator: Operator,
    request: HttpRequest,
    site: web::Data<Site>,
) -> Answer {
    let mut pairs = form_urlencoded::parse(request.query_string().as_bytes());
    let url = pairs.find(|(name, value)| name == "url" && !value.trim().is_empty());
    let url = url.map_or_else(|| LIST.to_owned(), |(_, value)| value.trim().to_owned());
    let (explanation, errors) = match explained(&url, &site) {
        Ok(page) => (Some(operator.services.management.explain(&page).await), FieldErrors::new()),
        Err(errors) => (None, errors),
    };
    if Format::of(request.query_string(), request.headers()) == Format::Json {
        let found = explanation.ok_or(AppError::Invalid(errors))?;
        return Ok(json_response(&json!({"success": true, "url": url, "explanation": found})));
    }
    let mut response = no_store();
    if explanation.is_none() {
        response.status(StatusCode::BAD_REQUEST);
    }
    page(response, &ExplainPage { frame: operator.frame(), url, explanation, errors })
}

/// `POST /properties/cache-warm/`: programs wait for the result, browsers are redirected to the progress.
pub(super) async fn start_warming(operator: Operator, request: HttpRequest) -> Answer {
    let started = operator.services.management.start_warming();
    if wants_page(&request) {
        // If warming is already running, its progress is shown.
        let mut response = HttpResponse::SeeOther();
        response.insert_header((header::CACHE_CONTROL, "no-store, private"));
        return Ok(response.insert_header((header::LOCATION, WARMING)).finish());
    }
    let Some(task) = started else {
        let detail = "The cache is already being warmed. Wait until it has finished.";
        return Err(AppError::Conflict(detail.to_owned()));
    };
    let warmed = task.await.map_err(|_| AppError::from(Interrupted::Panicked))??;
    Ok(json_response(&json!({"success": warmed.failed == 0, "warmed": warmed})))
}

/// `GET /properties/cache-warm/`
pub(super) async fn warming(operator: Operator, request: HttpRequest) -> Answer {
    let state = operator.services.management.warm_state();
    match wants_page(&request) {
        true => page(no_store(), &WarmPage { frame: operator.frame(), state }),
        false => Ok(json_response(&json!({"success": state.problem.is_none(), "warming": state}))),
    }
}
