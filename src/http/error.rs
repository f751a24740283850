//! What a request can end with besides success, and its status.
//!
//! Handlers return an [`AppError`]; the middleware `error_pages` turns it, and whatever actix itself refuses, into a
//! page or a problem document. A failure of the server's is logged there, once.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use crate::domain::FieldErrors;
use crate::services::{Interrupted, LoadError, ServiceError};

/// A request that did not succeed. Everybody who waited for the same page gets a copy.
#[derive(Debug, Clone)]
pub enum AppError {
    /// There is nothing at this address.
    NotFound,
    /// The request can't be understood.
    BadRequest(String),
    /// Fields of the input are wrong.
    Invalid(FieldErrors),
    /// Somebody has to log in first; a browser is sent to the login page and comes back to this path.
    LoginRequired(String),
    /// Credentials are missing, in a place where nobody is sent to a login page.
    Unauthorized,
    /// The client may not do this.
    Forbidden(&'static str),
    /// Something of the kind is under way.
    Conflict(String),
    /// The client must wait.
    Throttled(Duration),
    /// A server that the answer needs is out of reach.
    Unavailable,
    /// The client takes too long to send its request.
    TooSlow,
    /// A use case failed.
    Service(ServiceError),
    /// A page can't be rendered.
    Render(Arc<askama::Error>),
    /// Data can't be written as JSON.
    Encode(String),
    /// The session can't be read or written.
    Session(String),
}

/// What clients are told of an outage.
const OUTAGE: &str =
    "The database can't be reached at the moment. Please try again in a few seconds.";
/// How long a client should wait before it asks again after an outage.
const RETRY_SECONDS: u64 = 5;

impl AppError {
    /// What to tell the client.
    pub fn detail(&self) -> String {
        match self {
            Self::NotFound => "There is nothing at this address.".to_owned(),
            Self::BadRequest(detail) | Self::Conflict(detail) => detail.clone(),
            Self::Invalid(_) => "Some of the input is not valid.".to_owned(),
            Self::LoginRequired(_) | Self::Unauthorized => {
                "Log in as staff, or send a valid token in the Authorization header.".to_owned()
            }
            Self::Forbidden(reason) => (*reason).to_owned(),
            Self::Throttled(wait) => {
                format!(
                    "Too many attempts. Try again in {} seconds.",
                    wait.as_secs().max(1)
                )
            }
            Self::TooSlow => "The request took too long to arrive.".to_owned(),
            Self::Unavailable => OUTAGE.to_owned(),
            Self::Service(err) if err.is_unavailable() => OUTAGE.to_owned(),
            Self::Service(_) | Self::Render(_) | Self::Encode(_) | Self::Session(_) => {
                "Something went wrong on our side. It has been logged.".to_owned()
            }
        }
    }

    /// The wrong fields, if that is the reason.
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
            Self::BadRequest(_) | Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::LoginRequired(_) => StatusCode::FOUND,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Service(err) if err.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Service(err) if err.refused_by().is_some() => StatusCode::BAD_REQUEST,
            Self::Service(_) | Self::Render(_) | Self::Encode(_) | Self::Session(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        match self {
            Self::LoginRequired(path) => {
                let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
                response.insert_header((header::LOCATION, format!("/admin/login/?next={next}")));
            }
            Self::Unauthorized => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            Self::Throttled(wait) => {
                response.insert_header((header::RETRY_AFTER, wait.as_secs().max(1)));
            }
            Self::Unavailable => {
                response.insert_header((header::RETRY_AFTER, RETRY_SECONDS));
            }
            Self::Service(err) if err.is_unavailable() => {
                response.insert_header((header::RETRY_AFTER, RETRY_SECONDS));
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
            Self::Render(err) => err.fmt(f),
            Self::Encode(err) | Self::Session(err) => f.write_str(err),
            other => f.write_str(&other.detail()),
        }
    }
}

impl LoadError for AppError {
    fn is_outage(&self) -> bool {
        matches!(self, Self::Service(err) if err.is_unavailable())
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
        Self::Render(Arc::new(err))
    }
}

impl From<actix_session::SessionInsertError> for AppError {
    fn from(err: actix_session::SessionInsertError) -> Self {
        Self::Session(err.to_string())
    }
}

impl From<actix_session::SessionGetError> for AppError {
    fn from(err: actix_session::SessionGetError) -> Self {
        Self::Session(err.to_string())
    }
}
