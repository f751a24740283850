//! The data of the templates in `templates/errors/`.

use actix_web::http::StatusCode;
use askama::Template;

use super::facade::Facade;
use super::filters;
use crate::http::views::frame::Frame;

/// The data of an error page.
pub(in crate::http) struct Failure<'a> {
    pub(in crate::http) status: StatusCode,
    pub(in crate::http) detail: &'a str,
    pub(in crate::http) request_id: &'a str,
    /// The titles and URLs of pages to suggest.
    pub(in crate::http) ways_on: &'a [(String, String)],
    /// Whether the request was for the admin; the page then links back to it.
    pub(in crate::http) in_admin: bool,
}

/// The error page for visitors.
#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage<'a> {
    status: u16,
    title: &'a str,
    failure: Failure<'a>,
    facade: Facade,
}

/// The error page for logged-in staff.
#[derive(Template)]
#[template(path = "errors/admin_error.html")]
struct AdminErrorPage<'a> {
    status: u16,
    title: &'a str,
    failure: Failure<'a>,
    frame: Frame,
}

impl Failure<'_> {
    /// The page, in the frame of the admin if there is one.
    pub(in crate::http) fn render(self, frame: Option<Frame>) -> String {
        let (status, title) = (self.status.as_u16(), title(self.status));
        let page = match frame {
            Some(frame) => AdminErrorPage { status, title, failure: self, frame }.render(),
            None => ErrorPage { status, title, failure: self, facade: Facade::of_failure(status) }
                .render(),
        };
        // An error page must not fail: without the template, its title is sent.
        page.unwrap_or_else(|_| title.to_owned())
    }
}

/// The headline.
pub(in crate::http) fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "This request is not valid",
        401 => "Please log in",
        403 => "Access denied",
        404 => "Page not found",
        405 => "Method not allowed",
        410 => "No longer available",
        409 => "Not possible at the moment",
        413 => "Request too large",
        414 => "Address too long",
        429 => "Too many attempts",
        503 => "Temporarily unavailable",
        500.. => "Something went wrong",
        _ => "The request failed",
    }
}

/// The explanation of an error that has none of its own.
pub(in crate::http) fn default_detail(status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => "There is no page at this address.",
        405 => "This address does not support this request method.",
        413 => "The request is larger than this address accepts.",
        500.. => "Something went wrong on our side. The error has been logged.",
        _ => "The request was not accepted.",
    }
}
