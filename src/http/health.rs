//! Liveness and readiness, for operators and load balancers.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::services::Services;

/// `GET /healthz`: the program answers.
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// `GET /readyz`: the database answers and is migrated, and the instance is not about to stop; Redis and whether the event log is followed are reported.
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
