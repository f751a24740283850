//! Every address of the site.

use actix_web::http::{Method, header};
use actix_web::middleware::DefaultHeaders;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, web};

use super::listings::handlers as public;
use super::machines::handlers as machines;
use super::management::handlers as management;
use super::middleware::session::sessions;
use super::{AppError, Site, admin, assets, health};
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
        .configure(|config| manage(config, services, site))
        .configure(browse)
        .configure(|config| administer(config, services, site))
        .default_service(web::to(not_found));
}

/// What everybody sees.
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

/// What operators see.
fn manage(config: &mut web::ServiceConfig, services: &Services, site: &Site) {
    let resource = |name: &str, route: Route| {
        let resource = web::resource(format!("/properties/{name}/")).route(route);
        resource.wrap(sessions(site, &services.sessions))
    };
    let exposition = web::resource("/metrics").route(web::get().to(management::exposition));
    config
        .service(exposition.wrap(sessions(site, &services.sessions)))
        .service(resource("cache-status", web::get().to(management::status)))
        .service(resource("cache-clear", web::post().to(management::clear)))
        .service(resource("cache-test", web::get().to(management::test)))
        .service(resource(
            "redis-metrics",
            web::get().to(management::metrics),
        ))
        .service(resource(
            "cache-load-test",
            web::post().to(management::load_test),
        ))
        .service(resource(
            "test-signals",
            web::post().to(management::test_signals),
        ));
}

/// What staff see.
fn administer(config: &mut web::ServiceConfig, services: &Services, site: &Site) {
    let listing = |name: &str| web::resource(format!(r"/properties/{{id:\d+}}/{name}/"));
    let scope = web::scope("/admin")
        .service(read("/", admin::overview::show))
        .service(
            web::resource("/login/")
                .route(web::get().to(admin::accounts::new_login))
                .route(web::post().to(admin::accounts::log_in)),
        )
        .service(web::resource("/logout/").route(web::post().to(admin::accounts::log_out)))
        .service(
            web::resource("/password_change/")
                .route(web::get().to(admin::accounts::edit_password))
                .route(web::post().to(admin::accounts::update_password)),
        )
        .service(
            web::resource("/properties/")
                .route(web::get().to(admin::listings::index))
                .route(web::post().to(admin::bulk::act)),
        )
        .service(
            web::resource("/properties/add/")
                .route(web::get().to(admin::listings::new))
                .route(web::post().to(admin::listings::create)),
        )
        .service(
            listing("change")
                .route(web::get().to(admin::listings::edit))
                .route(web::post().to(admin::listings::update)),
        )
        .service(
            listing("delete")
                .route(web::get().to(admin::listings::confirm_delete))
                .route(web::post().to(admin::listings::delete)),
        )
        .service(listing("history").route(web::get().to(admin::overview::history)))
        .default_service(web::to(not_found))
        .wrap(DefaultHeaders::new().add((header::CACHE_CONTROL, "no-store, private")))
        .wrap(sessions(site, &services.sessions));
    config.service(scope);
}

/// A resource that is only read: `HEAD` as `GET`.
fn read<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args> + Clone,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let get = web::get().to(handler.clone());
    web::resource(path)
        .route(get)
        .route(web::head().to(handler))
}

/// Nothing is here; but perhaps with a slash at the end, as Django's `APPEND_SLASH`.
async fn not_found(request: HttpRequest) -> Result<HttpResponse, AppError> {
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
