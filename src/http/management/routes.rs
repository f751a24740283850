//! Addresses of what operators see.

use actix_web::{Route, web};

use super::handlers;
use crate::http::Site;
use crate::http::middleware::session::sessions;
use crate::services::Services;

/// Registers the management endpoints, each with the sessions of staff.
pub(in crate::http) fn configure(
    config: &mut web::ServiceConfig,
    services: &Services,
    site: &Site,
) {
    let resource = |path: &str, route: Route| {
        let resource = web::resource(path).route(route);
        resource.wrap(sessions(site, &services.sessions))
    };
    let (get, post) = (web::get, web::post);
    config
        .service(resource("/metrics", get().to(handlers::exposition)))
        .service(resource(
            "/properties/cache-status/",
            get().to(handlers::status),
        ))
        .service(resource(
            "/properties/cache-clear/",
            post().to(handlers::clear),
        ))
        .service(resource(
            "/properties/cache-test/",
            get().to(handlers::test),
        ))
        .service(resource(
            "/properties/redis-metrics/",
            get().to(handlers::metrics),
        ))
        .service(resource(
            "/properties/cache-load-test/",
            post().to(handlers::load_test),
        ))
        .service(resource(
            "/properties/test-signals/",
            post().to(handlers::test_signals),
        ));
}
