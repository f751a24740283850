//! Every address of the site.

use actix_web::http::{Method, header};
use actix_web::{
    FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, guard, web,
};

use super::listings::handlers as public;
use super::machines::handlers as machines;
use super::{AppError, Site, admin, assets, health, management};
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
        .service(read("/properties/feed.atom", machines::show))
        .service(read("/robots.txt", machines::show))
        .service(read("/openapi.json", machines::show))
        .service(read("/sitemap.xml", machines::show))
        .service(read(r"/sitemap-{part:\d+}.xml", machines::show));
}

/// A resource that is only read: `HEAD` as `GET`.
pub(super) fn read<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(get().to(handler))
}

/// A route that is read: `HEAD` as `GET`.
pub(super) fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Nothing is here; but perhaps with a slash at the end, as Django's `APPEND_SLASH`.
pub(super) async fn not_found(request: HttpRequest) -> Result<HttpResponse, AppError> {
    let path = request.path();
    let section = ["/properties", "/admin"].into_iter().any(|section| {
        path == section
            || path
                .strip_prefix(section)
                .is_some_and(|rest| rest.starts_with('/'))
    });
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let plain = path
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"/-_".contains(&b));
    if !section || !reading || !plain || path.ends_with('/') {
        return Err(AppError::NotFound);
    }
    let query = request.query_string();
    let mark = if query.is_empty() { "" } else { "?" };
    let location = (header::LOCATION, format!("{path}/{mark}{query}"));
    Ok(HttpResponse::MovedPermanently()
        .insert_header(location)
        .finish())
}
