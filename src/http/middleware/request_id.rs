//! Gives each request a number that its log lines carry; counts requests, and logs how each ended.

use std::fmt;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, web};

use crate::cache::caller;
use crate::http::client_address::{client_address, client_name};
use crate::http::pages::Asked;
use crate::services::{Route, Services};

/// A request's number: random, so that it says nothing of how many there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    /// A new number.
    pub(crate) fn new() -> Self {
        Self(rand::random())
    }

    /// That of the request that the calling task is about.
    pub fn current() -> Option<Self> {
        caller::current().map(Self)
    }

    /// That of a request, for a page that shows it.
    pub(crate) fn of(request: &HttpRequest) -> String {
        let extensions = request.extensions();
        let number = extensions.get::<Self>().map(Self::to_string);
        number.unwrap_or_default()
    }

    /// Does something that is about the request.
    pub(crate) fn during<T>(self, work: impl FnOnce() -> T) -> T {
        caller::during(self.0, work)
    }

    /// Shows it to the client.
    pub(crate) fn show(self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_maybe_shared(self.to_string()) {
            headers.insert(HeaderName::from_static("x-request-id"), value);
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Adds `X-Request-Id`; one log line per request, at `debug` for a success.
pub async fn request_id<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    let id = RequestId::new();
    request.extensions_mut().insert(id);
    let route = request.extensions().get::<Asked>().map_or(Route::Other, |asked| asked.route);
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let services = request.app_data::<web::Data<Services>>().cloned();
    let drain = services.as_ref().map(|services| services.drain.clone());
    let client = client_address(request.request());
    let answered = |response: &Result<ServiceResponse<B>, Error>| {
        let (status, cache) = match response {
            Ok(response) => (response.status(), cache_status(response.headers())),
            Err(err) => (err.as_response_error().status_code(), ""),
        };
        let took = started.elapsed();
        if let Some(services) = services {
            services.traffic.count(route, status.as_u16());
            services.traffic.time(route, took);
        }
        let level = match status.as_u16() {
            400.. => log::Level::Info,
            _ => log::Level::Debug,
        };
        let ms = took.as_secs_f64() * 1000.0;
        let status = status.as_u16();
        log::log!(
            level,
            "request method={method} path={path} status={status} ms={ms:.3} cache=\"{cache}\" client={}",
            client_name(client)
        );
    };
    let answering = async {
        let response = next.call(request).await;
        answered(&response);
        response
    };
    let mut response = caller::on_behalf_of(id.0, answering).await?;
    id.show(response.headers_mut());
    // Asked after the answer: the drain may have begun meanwhile.
    if drain.is_some_and(|drain| drain.closes_connections()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// What a response says of how the caches took part.
pub(super) fn cache_status(headers: &HeaderMap) -> &str {
    let value = headers.get("cache-status");
    value.and_then(|value| value.to_str().ok()).unwrap_or("")
}
