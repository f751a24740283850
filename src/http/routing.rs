//! How addresses are registered: what is only read, and what happens where nothing is.

use actix_web::http::{Method, header};
use actix_web::{
    FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, guard, web,
};

use super::AppError;

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
