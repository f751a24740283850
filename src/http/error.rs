//! The errors of requests, and their statuses.
//!
//! Handlers return an [`AppError`]; the middleware `error_pages` turns it, and every error of actix itself, into a page
//! or a problem document. It also logs server errors, once.

use std::fmt;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};

use crate::cache::{Interrupted, LoadError};
use crate::domain::{FieldErrors, Property, PropertyForm};
use crate::services::{ManageError, Outage, ServiceError};

/// The error of a request. Every request that waited for the same page gets a copy.
#[derive(Debug, Clone)]
pub enum AppError {
    /// There is no page at this address.
    NotFound,
    /// The listing at this address was withdrawn; contains the titles and URLs of similar ones.
    Withdrawn(Vec<(String, String)>),
    /// The request can't be understood.
    BadRequest(String),
    /// Some fields of the input are invalid.
    Invalid(FieldErrors),
    /// The user must log in first; a browser is redirected to the login page, and returns to this path afterwards.
    LoginRequired(String),
    /// Credentials are missing, for a URL that does not redirect to a login page.
    Unauthorized,
    /// The client may not do this; contains the message.
    Forbidden(&'static str),
    /// A form whose origin is not the site's, perhaps because of a proxy; contains the origin and the host.
    ForeignOrigin(String),
    /// The current state does not allow the action: the same action is in progress, or the object was changed or deleted.
    Conflict(String),
    /// The client accepts no encoding that the site has.
    NotAcceptable,
    /// The client must wait.
    Throttled(Duration),
    /// A server that the response needs does not answer; the reason is unknown if `None`.
    Unavailable(Option<Outage>),
    /// The address of the request is too long.
    TooLong,
    /// The client takes too long to send its request.
    TooSlow,
    /// A use case failed.
    Service(ServiceError),
    /// An internal error, for the log: a page or JSON that can't be rendered, a session that can't be read.
    Fault(String),
}

/// The result of a handler.
pub(super) type Answer = Result<HttpResponse, AppError>;

/// Why the database can't answer: the beginning of a sentence.
pub(super) fn outage(why: Option<Outage>) -> &'static str {
    match why {
        Some(Outage::Unreachable) => "The database can’t be reached at the moment",
        Some(Outage::Store) => "The store of photos can’t be reached at the moment",
        Some(Outage::Slow) => "The database took too long to respond",
        Some(Outage::Busy) => "Too many requests of this kind are being answered at the moment",
        None => "The database can’t be reached at the moment, or responds too slowly",
    }
}

/// How long a client should wait after an outage before it retries, in seconds.
const RETRY_SECONDS: u64 = 5;

/// The longest address that a user is led back to after the login.
const MAX_NEXT_BYTES: usize = 1024;

/// What clients are told that accept no encoding of the site's.
const ENCODINGS: &str = "The header Accept-Encoding excludes identity and names neither br nor gzip. Accept one of them.";
/// The message for internal errors.
const FAULT: &str = "Something went wrong on our side. The error has been logged.";
/// The message if Redis fails during an operator's request.
const HALFWAY: &str = "Redis failed before all entries were removed. The remaining entries are no longer valid. \
Try again.";

/// Begins a 503 response for a request that may succeed in a few seconds.
pub(super) fn unavailable() -> HttpResponseBuilder {
    let mut response = HttpResponse::ServiceUnavailable();
    response.insert_header((header::RETRY_AFTER, RETRY_SECONDS));
    response
}

/// The error message for a field whose value a constraint refused.
pub(super) fn refused_value(constraint: &str) -> &'static str {
    match constraint.ends_with("_unique") {
        true => "Another listing has this value. Enter another one.",
        false => "The database rejected this value.",
    }
}

/// The message for a row that a constraint of the database refused.
fn refusal(constraint: &str) -> String {
    match refused_field(constraint) {
        Some(field) if constraint.ends_with("_unique") => {
            format!("Another listing has the same {field}. Nothing was saved.")
        }
        Some(field) => {
            format!("The database rejected the value of “{field}”. Nothing was saved.")
        }
        None => "The database rejected one of the values. Nothing was saved.".to_owned(),
    }
}

/// The field that a constraint is about, if its name says so, such as `property_title_length`.
pub(super) fn refused_field(constraint: &str) -> Option<&'static str> {
    let fields = PropertyForm::FIELDS.into_iter();
    let named = fields.filter(|field| constraint.starts_with(&format!("property_{field}_")));
    // One field's name may be the beginning of another's: `price` and `price_period`.
    named.max_by_key(|field| field.len())
}

impl AppError {
    /// The message for the client.
    pub fn detail(&self) -> String {
        match self {
            Self::NotFound => "There is no page at this address.".to_owned(),
            Self::Withdrawn(_) => "This listing is no longer available.".to_owned(),
            Self::BadRequest(detail) | Self::Conflict(detail) => detail.clone(),
            Self::Invalid(_) => "Some input is not valid.".to_owned(),
            Self::LoginRequired(_) | Self::Unauthorized => {
                "Log in as staff, or send a valid token in the Authorization header.".to_owned()
            }
            Self::Forbidden(reason) => (*reason).to_owned(),
            Self::ForeignOrigin(reason) => reason.clone(),
            Self::Throttled(wait) => {
                format!("Too many attempts. Try again in {} seconds.", wait.as_secs().max(1))
            }
            Self::NotAcceptable => ENCODINGS.to_owned(),
            Self::TooLong => "The address is too long. Use fewer or shorter parameters.".to_owned(),
            Self::TooSlow => "The request arrived too slowly.".to_owned(),
            Self::Unavailable(why) => {
                format!("{}. Please try again in a few seconds.", outage(*why))
            }
            Self::Service(ServiceError::Cache(_)) => HALFWAY.to_owned(),
            Self::Service(err) => match err.outage() {
                Some(why) => Self::Unavailable(Some(why)).detail(),
                None => err.refused_by().map_or(FAULT.to_owned(), refusal),
            },
            Self::Fault(_) => FAULT.to_owned(),
        }
    }

    /// Adds similar listings, if the error is a withdrawn listing.
    pub(super) fn with_similar(self, similar: &[Property]) -> Self {
        let link = |other: &Property| {
            let name = format!("{}, {}", other.title, other.location);
            (name, format!("/properties/{}/", other.id))
        };
        match self {
            Self::Withdrawn(_) => Self::Withdrawn(similar.iter().map(link).collect()),
            other => other,
        }
    }

    /// The titles and URLs of pages to suggest.
    pub fn ways_on(&self) -> &[(String, String)] {
        match self {
            Self::Withdrawn(similar) => similar,
            _ => &[],
        }
    }

    /// The invalid fields, if they are the reason.
    pub fn field_errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Invalid(errors) => Some(errors),
            _ => None,
        }
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Withdrawn(_) => StatusCode::GONE,
            Self::BadRequest(_) | Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::LoginRequired(_) => StatusCode::FOUND,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::ForeignOrigin(_) => StatusCode::FORBIDDEN,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLong => StatusCode::URI_TOO_LONG,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Service(err) if err.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Service(err) if err.refused_by().is_some() => StatusCode::BAD_REQUEST,
            Self::Service(_) | Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = match self.status_code() {
            StatusCode::SERVICE_UNAVAILABLE => unavailable(),
            status => HttpResponse::build(status),
        };
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        match self {
            Self::LoginRequired(path) => {
                // Proxies refuse a response with a long header.
                let path = if path.len() > MAX_NEXT_BYTES { "/admin/" } else { path };
                let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
                response.insert_header((header::LOCATION, format!("/admin/login/?next={next}")));
            }
            Self::Unauthorized => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            Self::Throttled(wait) => {
                response.insert_header((header::RETRY_AFTER, wait.as_secs().max(1)));
            }
            _ => {}
        }
        response.finish()
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(err) => err.fmt(f),
            Self::Fault(err) => f.write_str(err),
            other => f.write_str(&other.detail()),
        }
    }
}

impl LoadError for AppError {
    fn is_outage(&self) -> bool {
        matches!(self, Self::Service(err) if err.is_unavailable())
    }
}

/// For handlers that can't show the form again.
impl From<ManageError> for AppError {
    fn from(err: ManageError) -> Self {
        match err {
            ManageError::NotAllowed => {
                Self::Forbidden("Only superusers can manage accounts. Ask a superuser.")
            }
            ManageError::Gone => Self::NotFound,
            ManageError::Service(err) => Self::Service(err),
            err => Self::Conflict(err.to_string()),
        }
    }
}

impl From<Interrupted> for AppError {
    fn from(err: Interrupted) -> Self {
        Self::Service(err.into())
    }
}

impl From<ServiceError> for AppError {
    fn from(err: ServiceError) -> Self {
        Self::Service(err)
    }
}

impl From<askama::Error> for AppError {
    fn from(err: askama::Error) -> Self {
        Self::Fault(err.to_string())
    }
}

impl From<actix_session::SessionInsertError> for AppError {
    fn from(err: actix_session::SessionInsertError) -> Self {
        Self::Fault(err.to_string())
    }
}

impl From<actix_session::SessionGetError> for AppError {
    fn from(err: actix_session::SessionGetError) -> Self {
        Self::Fault(err.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_by_the_database_names_the_field_where_it_is_known() {
        assert!(refusal("property_title_length").contains("“title”"));
        for other in ["session_user_agent_check", "property_times", "property_pkey"] {
            assert_eq!(refused_field(other), None, "{other}");
            assert!(refusal(other).contains("one of the values"));
        }
    }
}
