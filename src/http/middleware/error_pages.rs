//! Renders errors in the format that the client requested, in the site's design and with the request's id.

use std::fmt;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError};
use serde_json::json;

use super::gate::refuse;
use super::harden::harden;
use super::request_id::RequestId;
use crate::http::AppError;
use crate::http::negotiation::Format;
use crate::http::pages::{Asked, Refusal};
use crate::http::staff::Staff;
use crate::http::views::errors;
use crate::http::views::frame::Frame;
use crate::services::urls::Failures;
use crate::services::{Route, ServiceError};

/// Refuses or redirects requests as `Asked` says, renders responses with a status of 400 or more that have no page
/// yet, and adds the security headers to every response.
///
/// # Errors
/// The rendered error, if an inner middleware failed.
pub async fn error_pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = Failing::by(&request);
    let refusal = match request.extensions().get::<Asked>() {
        Some(asked) => asked.refusal.clone(),
        // A request whose host was not checked is refused.
        None => Some(Refusal::Host),
    };
    let answered = match refusal {
        None => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Some(refusal) => Ok(refuse(request, refusal)),
    };
    let response = match answered {
        Ok(response) => response,
        Err(err) => {
            // Only the session store fails here: a handler's error is a response by now.
            log::error!("{err}");
            return Err(Failure(asked).into());
        }
    };
    let mut response = match needs_page(&response) {
        true => rendered(response, &asked),
        false => response,
    };
    harden(response.headers_mut());
    Ok(response)
}

/// The properties of a request that its error page depends on.
#[derive(Debug)]
struct Failing {
    format: Format,
    /// Whether the request was for the admin; its error page links back there.
    in_admin: bool,
    id: Option<RequestId>,
}

impl Failing {
    fn by(request: &ServiceRequest) -> Self {
        let extensions = request.extensions();
        let asked = extensions.get::<Asked>();
        let url = asked.and_then(|asked| asked.url);
        let failures = url.map_or(Failures::AsAsked, |url| url.failures);
        Self {
            format: Format::of_failure(failures, request.query_string(), request.headers()),
            in_admin: asked.is_some_and(|asked| asked.route == Route::Admin),
            id: extensions.get::<RequestId>().cloned(),
        }
    }

    /// The request's id; empty if it has none.
    fn number(&self) -> String {
        self.id.as_ref().map(RequestId::to_string).unwrap_or_default()
    }
}

/// Whether a response is an error that has neither a page nor a JSON body yet.
fn needs_page(response: &ServiceResponse<BoxBody>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("");
    let failed = response.status().is_client_error() || response.status().is_server_error();
    failed && !content_type.starts_with("text/html") && !content_type.contains("json")
}

fn rendered(response: ServiceResponse<BoxBody>, asked: &Failing) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let error = response.response().error();
    let app_error = error.and_then(|err| err.as_error::<AppError>());
    let is_busy = matches!(app_error, Some(AppError::Service(ServiceError::Busy)));
    // Refusals because of overload would fill the log; they are counted instead.
    if status.is_server_error() && !is_busy {
        let text = error.map_or_else(|| status.to_string(), Error::to_string);
        log::error!("{text}");
    }
    let detail = match (app_error, error) {
        (Some(err), _) => err.detail(),
        // An error of actix, such as an oversized body; its message is suitable for clients.
        (None, Some(err)) if status.is_client_error() => err.to_string(),
        _ => errors::default_detail(status).to_owned(),
    };
    let fields = app_error.and_then(AppError::field_errors).map(|errors| json!(errors));
    let frame = response.request().extensions().get::<Staff>().map(Staff::bare_frame);
    let ways_on = app_error.map_or(&[][..], AppError::ways_on);
    let page = page(status, &detail, fields, ways_on, asked, frame);
    let headers = response.headers().clone();
    let mut response = response.into_response(page);
    keep(&headers, response.headers_mut());
    response
}

/// Copies the headers of the original response that the error page needs.
fn keep(from: &HeaderMap, to: &mut HeaderMap) {
    let kept = [
        header::RETRY_AFTER,
        header::WWW_AUTHENTICATE,
        header::ALLOW,
        header::SET_COOKIE,
        header::HeaderName::from_static("cache-status"),
    ];
    for name in kept {
        for value in from.get_all(&name) {
            to.append(name.clone(), value.clone());
        }
    }
}

/// The error page, in the admin's frame if given, or the problem document (RFC 9457).
fn page(
    status: StatusCode,
    detail: &str,
    fields: Option<serde_json::Value>,
    ways_on: &[(String, String)],
    asked: &Failing,
    frame: Option<Frame>,
) -> HttpResponse {
    let title = errors::title(status);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    let number = asked.number();
    if asked.format == Format::Json {
        let mut problem = json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail,
            "request_id": number,
        });
        if let Some(fields) = fields {
            problem["errors"] = fields;
        }
        response.content_type("application/problem+json");
        return response.body(problem.to_string());
    }
    response.content_type("text/html; charset=utf-8");
    let in_admin = asked.in_admin;
    let failure = errors::Failure { status, detail, request_id: &number, ways_on, in_admin };
    response.body(failure.render(frame))
}

/// An error of a middleware with its page: an outage of the session store.
#[derive(Debug)]
struct Failure(Failing);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session could not be kept")
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        AppError::Unavailable(None).status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let outage = AppError::Unavailable(None);
        let mut response = page(outage.status_code(), &outage.detail(), None, &[], &self.0, None);
        let headers = response.headers_mut();
        keep(outage.error_response().headers(), headers);
        harden(headers);
        // The middleware that adds the id to responses does not see errors.
        if let Some(id) = &self.0.id {
            id.show(headers);
        }
        response
    }
}
