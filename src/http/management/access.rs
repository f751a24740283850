//! Access control of the management endpoints.
//!
//! A request needs a valid bearer token, or a staff session (with its CSRF token for changes). A wrong token is refused
//! even with a session; credentials of other schemes, such as a proxy's, are ignored. In development mode, every
//! request is allowed that no other site's page made, so that `curl` works without a token.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{Error, FromRequest, HttpRequest, web};

use crate::domain::Permission;
use crate::http::csrf::{is_foreign, tokens_match};
use crate::http::forms::{Body, Fields, read};
use crate::http::staff::Staff;
use crate::http::views::frame::Frame;
use crate::http::{AppError, Site};
use crate::services::Services;

/// An authorised request, with its body.
pub(in crate::http) struct Operator {
    /// The use cases.
    pub(in crate::http) services: web::Data<Services>,
    /// The body; empty for a read.
    pub(in crate::http) body: web::Bytes,
    staff: Option<Staff>,
    /// Whether a bearer token was sent, which only programs do.
    pub(in crate::http) has_token: bool,
}

impl Operator {
    /// The frame of a page; without a session it has no user name.
    pub(in crate::http) fn frame(&self) -> Frame {
        self.staff.as_ref().map_or_else(Frame::without_session, Staff::frame)
    }

    /// The name of the actor for the event log.
    pub(in crate::http) fn name(&self) -> &str {
        let staff = self.staff.as_ref();
        staff.map_or("cache API", |staff| staff.username.as_str())
    }

    /// Checks the authorisation first; the body of an unauthorised request is not read.
    async fn of(
        request: HttpRequest,
        body: impl Future<Output = Result<Body, Error>>,
    ) -> Result<Self, Error> {
        let site = request.app_data::<web::Data<Site>>().ok_or(AppError::NotFound)?;
        let services = request.app_data::<web::Data<Services>>().ok_or(AppError::NotFound)?;
        let services = services.clone();
        let sent = request.headers().get(header::AUTHORIZATION);
        if let Some(sent) = sent.and_then(bearer) {
            let known = site.cache_api_token.as_deref();
            let right = known.is_some_and(|known| tokens_match(known, sent));
            if !right {
                return Err(AppError::Unauthorized.into());
            }
            return Ok(Self { services, body: body.await?.0, staff: None, has_token: true });
        }
        let foreign = is_foreign(&request);
        let staff = Staff::of(&request).await?;
        if site.debug && !foreign {
            return Ok(Self { services, body: body.await?.0, staff, has_token: false });
        }
        let Some(staff) = staff else {
            let refusal = AppError::Forbidden("Requests from other sites are not allowed here.");
            return Err(if site.debug { refusal } else { AppError::Unauthorized }.into());
        };
        staff.require_known()?;
        staff.require(Permission::Cache)?;
        let Body(body) = body.await?;
        let changes = request.method() == Method::POST;
        if changes && (foreign || !staff.sent_token(&sent_token(&request, &body))) {
            let refusal = "The security token (csrf_token, or X-CSRF-Token) is missing or wrong.";
            return Err(AppError::Forbidden(refusal).into());
        }
        Ok(Self { services, body, staff: Some(staff), has_token: false })
    }
}

/// The token of an `Authorization` header, empty if it has none; the scheme is case-insensitive (RFC 9110, section
/// 11.1). `None` for another scheme, which may be meant for a proxy.
fn bearer(header: &header::HeaderValue) -> Option<&str> {
    let header = header.to_str().ok()?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The CSRF token in the header or the form.
fn sent_token(request: &HttpRequest, body: &[u8]) -> String {
    let header = request.headers().get("x-csrf-token").and_then(|value| value.to_str().ok());
    let form =
        || read(request, body).unwrap_or_else(|_| Fields::default()).get("csrf_token").to_owned();
    header.map_or_else(form, str::to_owned)
}

impl FromRequest for Operator {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let body = Body::from_request(&request, payload);
        Box::pin(Self::of(request, body))
    }
}
