//! Warming the cache: programs wait for its end, people watch how far it is.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::access::Operator;
use super::answer::{json_response, no_store, wants_page};
use crate::cache::Interrupted;
use crate::http::AppError;
use crate::http::views::management::WarmPage;
use crate::http::views::page;
use crate::services::Services;

/// Where one sees how far it is.
const PATH: &str = "/properties/cache-warm/";

/// `POST /properties/cache-warm/`
pub(in crate::http) async fn start(
    _operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let started = services.management.start_warming();
    if wants_page(&request) {
        // Where one is under way already, that is what is shown.
        let mut response = HttpResponse::SeeOther();
        response.insert_header((header::CACHE_CONTROL, "no-store, private"));
        return Ok(response.insert_header((header::LOCATION, PATH)).finish());
    }
    let Some(task) = started else {
        let detail = "The cache is already being warmed. Wait until it has finished.";
        return Err(AppError::Conflict(detail.to_owned()));
    };
    let warmed = task.await.map_err(|_| AppError::from(Interrupted::Panicked))??;
    Ok(json_response(&json!({"success": warmed.failed == 0, "warmed": warmed})))
}

/// `GET /properties/cache-warm/`
pub(in crate::http) async fn show(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let state = services.management.warm_state();
    match wants_page(&request) {
        true => page(no_store(), &WarmPage::new(operator.frame()?, state)),
        false => Ok(json_response(&json!({"success": state.problem.is_none(), "warming": state}))),
    }
}
