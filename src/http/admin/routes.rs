//! Addresses of what staff see.

use actix_web::http::header;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web;

use super::{accounts, history, listings, overview, users};
use crate::http::Site;
use crate::http::middleware::frame::frame_failures;
use crate::http::middleware::session::sessions;
use crate::http::routing::{not_found, read};
use crate::services::Services;

/// Registers the admin, each part its own addresses.
pub(in crate::http) fn configure(
    config: &mut web::ServiceConfig,
    services: &Services,
    site: &Site,
) {
    let scope = web::scope("/admin")
        .service(read("/", overview::show))
        .configure(accounts::routes)
        .configure(listings::routes)
        .configure(history::routes)
        .configure(users::routes)
        .default_service(web::to(not_found))
        .wrap(DefaultHeaders::new().add((header::CACHE_CONTROL, "no-store, private")))
        .wrap(from_fn(frame_failures))
        .wrap(sessions(site, &services.sessions));
    config.service(scope);
}
