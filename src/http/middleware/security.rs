//! Refuses foreign hosts, and adds the headers that limit what a page can do.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::http::negotiation::AcceptedEncodings;
use crate::http::{AppError, Site};

/// No inline scripts or styles, nothing from elsewhere, no framing.
const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The host is checked before anything else, so that no cache sees a foreign one; then whether the client accepts any
/// encoding that the site has.
///
/// # Errors
/// Those of the inner service.
pub async fn security<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let site = request.app_data::<web::Data<Site>>();
    let allowed = site.is_some_and(|site| is_allowed(&request, site));
    if !allowed {
        let detail =
            "This site does not accept this host name. Allowed names are set in ALLOWED_HOSTS.";
        return Ok(request.error_response(AppError::BadRequest(detail.to_owned())));
    }
    if AcceptedEncodings::of(request.headers()).is_empty() {
        return Ok(request.error_response(AppError::NotAcceptable));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether a request names one of the site's hosts.
pub(in crate::http) fn is_allowed(request: &ServiceRequest, site: &Site) -> bool {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|value| value.to_str().ok());
    // An absolute request target overrides the header (RFC 9112, section 3.2.2).
    let target = request.uri().authority();
    let host = target.map(|authority| authority.as_str()).or(host);
    host.is_some_and(|host| site.allowed_hosts.allows(host))
}

/// Adds the headers to a response.
pub(in crate::http) fn harden(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
