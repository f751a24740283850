//! Gives each request a number, and logs how it ended.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest};

/// A request's number: random, so that it says nothing of how many there were.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

impl RequestId {
    /// A new number.
    pub(crate) fn new() -> Self {
        Self(format!("{:016x}", rand::random::<u64>()))
    }

    /// That of a request, for a page that shows it.
    pub(crate) fn of(request: &HttpRequest) -> String {
        let extensions = request.extensions();
        let number = extensions.get::<Self>().map(|id| id.0.clone());
        number.unwrap_or_default()
    }

    /// Shows it to the client.
    pub(crate) fn show(self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_maybe_shared(self.0) {
            headers.insert(HeaderName::from_static("x-request-id"), value);
        }
    }
}

/// Adds `X-Request-Id`; one log line per request, at `debug` for a success.
///
/// # Errors
/// Those of the inner service.
pub async fn request_id<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    let id = RequestId::new();
    request.extensions_mut().insert(id.clone());
    let line = format!(
        "{} {}",
        request.method(),
        request.uri().path().escape_debug()
    );
    let mut response = next.call(request).await?;
    let RequestId(text) = &id;
    let status = response.status().as_u16();
    let level = if status >= 400 {
        log::Level::Info
    } else {
        log::Level::Debug
    };
    log::log!(
        level,
        "{line} {status} {} µs request={text}",
        started.elapsed().as_micros()
    );
    id.show(response.headers_mut());
    Ok(response)
}
