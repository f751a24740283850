//! `templates/errors/`

use actix_web::http::StatusCode;
use askama::Template;

use super::facade::Facade;
use super::filters;

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage<'a> {
    status: u16,
    title: &'a str,
    detail: &'a str,
    request_id: &'a str,
    in_admin: bool,
    facade: Facade,
}

/// The page of a failure; one of the admin leads back there.
pub(in crate::http) fn render(
    status: StatusCode,
    detail: &str,
    request_id: &str,
    in_admin: bool,
) -> String {
    let title = title(status);
    let page = ErrorPage {
        status: status.as_u16(),
        title,
        detail,
        request_id,
        in_admin,
        facade: Facade::of_failure(status.as_u16()),
    };
    // A page about a failure must not fail: without the template there are still its words.
    page.render().unwrap_or_else(|_| title.to_owned())
}

/// A headline for people.
pub(in crate::http) fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "That request can’t be understood",
        401 => "Please log in first",
        403 => "That isn’t allowed",
        404 => "Page not found",
        405 => "That can’t be done here",
        409 => "That can’t be done now",
        413 => "That is too large",
        429 => "Too many attempts",
        503 => "We’ll be back in a moment",
        500.. => "Something went wrong",
        _ => "That didn’t work",
    }
}

/// An explanation where the failure has none of its own.
pub(in crate::http) fn default_detail(status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => "There is nothing at this address.",
        405 => "This address does not answer to that method.",
        413 => "What was sent is larger than this address takes.",
        500.. => "Something went wrong on our side. It has been logged.",
        _ => "The request was not accepted.",
    }
}
