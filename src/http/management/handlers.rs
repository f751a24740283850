//! Handlers of the management endpoints. They answer JSON, and a page to a browser's form.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::access::Operator;
use super::answer::{answer, json_response, no_store};
use crate::http::AppError;
use crate::http::negotiation::Format;
use crate::http::views::management::DashboardPage;
use crate::http::views::page;
use crate::services::{EXPOSITION_TYPE, Services};

/// `GET /properties/cache-status/`
pub(in crate::http) async fn status(
    _operator: Operator,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    Ok(json_response(&services.management.status().await))
}

/// `GET /properties/cache-test/`
pub(in crate::http) async fn test(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let result = match services.management.test().await {
        Ok(steps) => json!({"success": steps.iter().all(|step| step.success), "steps": steps}),
        Err((steps, err)) => {
            json!({"success": false, "steps": steps, "error": err.to_string()})
        }
    };
    answer(&operator, &request, "Cache test", &result)
}

/// `POST /properties/test-signals/`
pub(in crate::http) async fn test_signals(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let steps = services.management.test_signals().await?;
    let result = json!({"success": steps.iter().all(|step| step.success), "steps": steps});
    answer(&operator, &request, "Signals test", &result)
}

/// `GET /metrics`: the figures for Prometheus.
pub(in crate::http) async fn exposition(
    _operator: Operator,
    services: web::Data<Services>,
) -> HttpResponse {
    no_store().content_type(EXPOSITION_TYPE).body(services.exposition.text())
}

/// `GET /properties/redis-metrics/`
pub(in crate::http) async fn metrics(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let overview = services.management.overview().await;
    match Format::of(request.query_string(), request.headers()) {
        Format::Json => Ok(json_response(&overview.json())),
        Format::Html => page(no_store(), &DashboardPage::new(operator.frame()?, &overview)),
    }
}
