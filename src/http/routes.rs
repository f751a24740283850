//! Every address of the site.

use actix_web::web;

use super::routing::{not_found, read};
use super::{Site, admin, assets, health, management, public};
use crate::services::Services;

/// The most bytes of a request's body: a description of 20,000 characters, percent-encoded, fits twice.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Registers every route.
pub fn configure(config: &mut web::ServiceConfig, services: &Services, site: &Site) {
    config
        .app_data(web::Data::new(services.clone()))
        .app_data(web::Data::new(site.clone()))
        .app_data(web::Data::new(assets::Assets::new(assets::folder())))
        .app_data(web::PayloadConfig::new(MAX_BODY_BYTES))
        .service(read("/", public::root))
        .service(read("/healthz", health::live))
        .service(read("/readyz", health::ready))
        .service(read("/static/{name:.+}", assets::show))
        .configure(|config| management::routes::configure(config, services, site))
        .configure(browse)
        .configure(|config| admin::routes::configure(config, services, site))
        .default_service(web::to(not_found));
}

/// The public pages.
fn browse(config: &mut web::ServiceConfig) {
    config
        .service(read("/properties/", public::index))
        .service(read("/properties/no-cache/", public::index_uncached))
        .service(read("/properties/places/", public::places))
        .service(read(r"/properties/{id:\d+}/next/", public::next))
        .service(read(r"/properties/{id:\d+}/previous/", public::previous))
        .service(read(r"/properties/{id:\d+}/", public::show))
        .service(read("/properties/feed.atom", public::machine))
        .service(read("/robots.txt", public::machine))
        .service(read("/openapi.json", public::machine))
        .service(read("/sitemap.xml", public::machine))
        .service(read(r"/sitemap-{part:\d+}.xml", public::machine));
}
