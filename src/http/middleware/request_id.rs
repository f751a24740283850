//! Assigns an id to each request for its log lines; counts requests, and logs their results.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, web};

use crate::cache::caller::{self, Caller};
use crate::http::Site;
use crate::http::client_address::{client_address, client_name};
use crate::http::pages::Asked;
use crate::services::{Route, Services};

/// The maximum length of a proxy's id.
const LONGEST_ID: usize = 128;

/// The id of a request: a trusted proxy's, or else a random number, which does not reveal the number of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub(super) Caller);

impl RequestId {
    /// The id that a trusted proxy sent in `X-Request-Id` or `traceparent`, or else a new one.
    pub(crate) fn assign(request: &HttpRequest) -> Self {
        let site = request.app_data::<web::Data<Site>>();
        let proxies = site.map(|site| &site.trusted_proxies).filter(|all| !all.is_empty());
        let peer = || request.peer_addr().map(|address| address.ip());
        let trusted = proxies.is_some_and(|proxies| proxies.trusts(peer()));
        let given = trusted.then(|| stated(request.headers())).flatten();
        Self(given.map_or_else(|| Caller::Number(rand::random()), |id| Caller::Named(id.into())))
    }

    /// The id of the request that the current task works for.
    pub fn current() -> Option<Self> {
        caller::current().map(Self)
    }

    /// The id of a request, for pages that show it.
    pub(crate) fn of(request: &HttpRequest) -> String {
        let extensions = request.extensions();
        let id = extensions.get::<Self>().map(Self::to_string);
        id.unwrap_or_default()
    }

    /// Adds the id to the response headers.
    pub(crate) fn show(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_maybe_shared(self.to_string()) {
            headers.insert(HeaderName::from_static("x-request-id"), value);
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id in a request's `X-Request-Id`, or else the trace id of its `traceparent`. A header that occurs twice, or has
/// characters that are not allowed in ids, is ignored.
fn stated(headers: &HeaderMap) -> Option<&str> {
    let one = |name: &str| {
        let mut values = headers.get_all(name);
        let value = values.next()?.to_str().ok();
        value.filter(|_| values.next().is_none())
    };
    let is_id = |id: &&str| {
        let right = |b: u8| b.is_ascii_alphanumeric() || b"-_.:=+/@".contains(&b);
        (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(right)
    };
    one("x-request-id").filter(is_id).or_else(|| trace_id(one("traceparent")?))
}

/// The trace id of a `traceparent` (W3C Trace Context, section 3.2).
fn trace_id(parent: &str) -> Option<&str> {
    let mut parts = parent.split('-');
    let mut part = |length: usize| {
        let part = parts.next().filter(|part| part.len() == length)?;
        part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).then_some(part)
    };
    let (version, trace, span, _flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
    let is_zero = |part: &str| part.bytes().all(|b| b == b'0');
    let ends = version != "00" || parts.next().is_none();
    (version != "ff" && !is_zero(trace) && !is_zero(span) && ends).then_some(trace)
}

/// Adds `X-Request-Id`, and writes a log line per request, at `debug` for a success.
pub async fn request_id<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    // The fast lane has assigned one if it looked the page up in memory.
    let known = request.extensions().get::<RequestId>().cloned();
    let id = known.unwrap_or_else(|| RequestId::assign(request.request()));
    request.extensions_mut().insert(id.clone());
    let asked =
        request.extensions().get::<Asked>().map(|asked| (asked.route, asked.page.is_some()));
    let (route, is_page) = asked.unwrap_or((Route::Other, false));
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let services = request.app_data::<web::Data<Services>>().cloned();
    let drain = services.as_ref().map(|services| services.drain.clone());
    // A public page always ends in a response, which still has the request.
    let client = (!is_page).then(|| client_address(request.request())).flatten();
    let answered = |response: &Result<ServiceResponse<B>, Error>| {
        let (status, cache) = match response {
            Ok(response) => (response.status(), cache_status(response.headers())),
            Err(err) => (err.as_response_error().status_code(), ""),
        };
        let took = started.elapsed();
        if let Some(services) = services {
            services.traffic.count(route, status.as_u16());
            services.traffic.time(route, took);
            if is_page && status == StatusCode::SERVICE_UNAVAILABLE {
                services.cache.metrics().count_unavailable();
            }
        }
        let level = match status.as_u16() {
            400.. => log::Level::Info,
            _ => log::Level::Debug,
        };
        if log::log_enabled!(level) {
            let client = match response {
                Ok(response) if is_page => client_address(response.request()),
                _ => client,
            };
            log_answer(level, &method, &path, status.as_u16(), took, cache, client);
        }
    };
    let answering = async {
        let response = next.call(request).await;
        answered(&response);
        response
    };
    let mut response = caller::on_behalf_of(id.0.clone(), answering).await?;
    id.show(response.headers_mut());
    // Checked after the response: the shutdown may have begun meanwhile.
    if drain.is_some_and(|drain| drain.closes_connections()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// Logs the result of a request.
pub(super) fn log_answer(
    level: log::Level,
    method: &Method,
    path: &str,
    status: u16,
    took: Duration,
    cache: &str,
    client: Option<IpAddr>,
) {
    // Rounded to three decimals when it is printed.
    let ms = took.as_micros() as f64 / 1000.0;
    let client = client_name(client);
    log::log!(level, method:%, path, status, ms, cache, client = client.as_str(); "request");
}

/// The `Cache-Status` of a response.
pub(super) fn cache_status(headers: &HeaderMap) -> &str {
    let value = headers.get("cache-status");
    value.and_then(|value| value.to_str().ok()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(lines: &[(&'static str, &str)]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
            headers.append(HeaderName::from_static(name), value);
        }
        stated(&headers).map(str::to_owned)
    }

    #[test]
    fn an_id_of_other_characters_or_of_excessive_length_is_ignored() {
        let right = ["a", "4ec55dc4a481fbbf", "Root=1-67891233-abcdef012345678912345678"];
        for value in right {
            assert_eq!(id(&[("x-request-id", value)]).as_deref(), Some(value));
        }
        let long = "a".repeat(LONGEST_ID + 1);
        for value in ["", "a b", "a\"b", "{}", "a,b", "é", "<script>", &long] {
            assert_eq!(id(&[("x-request-id", value)]), None, "{value}");
        }
        assert_eq!(id(&[("x-request-id", "a"), ("x-request-id", "b")]), None);
    }

    #[test]
    fn the_trace_id_of_a_valid_traceparent_is_the_id_of_a_request_without_one() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let parent = format!("00-{trace}-00f067aa0ba902b7-01");
        assert_eq!(id(&[("traceparent", &parent)]).as_deref(), Some(trace));
        assert_eq!(
            id(&[("x-request-id", "own"), ("traceparent", &parent)]).as_deref(),
            Some("own")
        );
        assert_eq!(id(&[("x-request-id", "{}"), ("traceparent", &parent)]).as_deref(), Some(trace));
        let later = format!("01-{trace}-00f067aa0ba902b7-01-more");
        assert_eq!(id(&[("traceparent", &later)]).as_deref(), Some(trace));
        let zeros = "0".repeat(32);
        for wrong in [
            parent.to_uppercase(),
            parent.replacen("00", "ff", 1),
            parent.replace(trace, &zeros),
            parent.replace("00f067aa0ba902b7", "0000000000000000"),
            parent.replace('-', "_"),
            format!("{parent}-more"),
            trace.to_owned(),
        ] {
            assert_eq!(id(&[("traceparent", &wrong)]), None, "{wrong}");
        }
    }
}
