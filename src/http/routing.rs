//! How URLs are registered: reading with `HEAD` and `GET`, and unknown URLs.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, Resource, Route, guard, web};

use super::AppError;
use crate::services::urls::{Url, find};

/// The resource of a URL within a registered `scope`.
pub(super) fn resource(url: &Url, scope: &str) -> Resource {
    let path = url.pattern.strip_prefix(scope).unwrap_or(url.pattern);
    let path = path.replace("{name}", "{name:.+}").replace("{hash}", "{hash:[0-9a-f]+}");
    let numbers = ["id", "part", "event", "width"];
    web::resource(
        numbers.into_iter().fold(path, |path, name| {
            path.replace(&format!("{{{name}}}"), &format!(r"{{{name}:\d+}}"))
        }),
    )
}

/// A route for `GET` and `HEAD`.
pub(super) fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Responds 404, or redirects to the URL with a slash at the end if that exists, like Django's `APPEND_SLASH`.
pub(super) async fn not_found(request: HttpRequest) -> Result<HttpResponse, AppError> {
    let path = request.path();
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let slashed = format!("{path}/");
    let is_url = find(&slashed).is_some_and(|(url, _)| url.pattern.ends_with('/'));
    if !reading || !is_url {
        return Err(AppError::NotFound);
    }
    let query = request.query_string();
    let mark = if query.is_empty() { "" } else { "?" };
    let location = (header::LOCATION, format!("{slashed}{mark}{query}"));
    Ok(HttpResponse::MovedPermanently().insert_header(location).finish())
}
