//! Liveness and readiness, for operators and load balancers.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::services::Services;

/// `GET /healthz`: responds if the program runs.
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// `GET /readyz`: ready if the database answers and is migrated, and the instance is not stopping. Redis and the event
/// log are reported too.
pub(super) async fn ready(services: web::Data<Services>) -> HttpResponse {
    let readiness = services.health.readiness().await;
    let mut response = match readiness.is_ready() {
        true => HttpResponse::Ok(),
        false => HttpResponse::ServiceUnavailable(),
    };
    response.insert_header(("cache-control", "no-store")).json(json!({
        "ready": readiness.is_ready(),
        "reason": readiness.reason(),
        "database": readiness.database,
        "migrated": readiness.migrated,
        "redis": readiness.redis,
        "following": readiness.following,
    }))
}
