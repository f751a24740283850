//! Addresses of what operators see.

use actix_web::middleware::from_fn;
use actix_web::{Resource, Route, web};

use super::{clearing, explanation, handlers, load_test, stream, warming};
use crate::http::Site;
use crate::http::middleware::frame::frame_failures;
use crate::http::middleware::session::sessions;
use crate::http::routing::get;
use crate::services::Services;

/// Registers the management endpoints, each with the sessions of staff.
pub(in crate::http) fn configure(
    config: &mut web::ServiceConfig,
    services: &Services,
    site: &Site,
) {
    let wrapped = |resource: Resource| {
        let framed = resource.wrap(from_fn(frame_failures));
        framed.wrap(sessions(site, &services.sessions))
    };
    let resource = |path: &str, route: Route| wrapped(web::resource(path).route(route));
    let warm = web::resource("/properties/cache-warm/").route(get().to(warming::show));
    config
        .service(resource("/metrics", get().to(handlers::exposition)))
        .service(resource(
            "/properties/cache-status/",
            get().to(handlers::status),
        ))
        .service(resource(
            "/properties/cache-clear/",
            web::post().to(clearing::clear),
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
            "/properties/redis-metrics/stream/",
            get().to(stream::watch),
        ))
        .service(resource(
            "/properties/cache-explain/",
            get().to(explanation::explain),
        ))
        .service(wrapped(warm.route(web::post().to(warming::start))))
        .service(resource(
            "/properties/cache-load-test/",
            web::post().to(load_test::load_test),
        ))
        .service(resource(
            "/properties/test-signals/",
            web::post().to(handlers::test_signals),
        ));
}
