//! `templates/errors/`

use actix_web::http::StatusCode;
use askama::Template;

use super::facade::Facade;
use super::filters;
use crate::http::views::frame::Frame;

/// A failure as its page shows it.
pub(in crate::http) struct Failure<'a> {
    pub(in crate::http) status: StatusCode,
    pub(in crate::http) detail: &'a str,
    pub(in crate::http) request_id: &'a str,
    /// Whether it was asked of the admin, where the way back leads then.
    pub(in crate::http) in_admin: bool,
}

/// For everybody.
#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage<'a> {
    status: u16,
    title: &'a str,
    failure: Failure<'a>,
    facade: Facade,
}

/// For those who are logged in.
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
            Some(frame) => AdminErrorPage {
                status,
                title,
                failure: self,
                frame,
            }
            .render(),
            None => ErrorPage {
                status,
                title,
                failure: self,
                facade: Facade::of_failure(status),
            }
            .render(),
        };
        // A page about a failure must not fail: without the template there are still its words.
        page.unwrap_or_else(|_| title.to_owned())
    }
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
