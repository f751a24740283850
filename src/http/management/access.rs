//! Who may use the management endpoints.
//!
//! A valid bearer token, or a staff session (with its CSRF token where something is changed). In development mode also
//! anybody whose request no foreign web page made, so that `curl` just works.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{Error, FromRequest, HttpRequest, web};

use crate::http::admin::request::{Fields, is_foreign, read, tokens_match};
use crate::http::admin::staff::{Frame, Staff};
use crate::http::{AppError, Site};

/// Somebody who may use the endpoint, and the body that they sent.
pub(in crate::http) struct Operator {
    /// The body; empty for a read.
    pub(in crate::http) body: web::Bytes,
    staff: Option<Staff>,
}

impl Operator {
    /// The frame of a page; without a session there is nobody to name.
    pub(in crate::http) fn frame(&self) -> Result<Option<Frame>, AppError> {
        self.staff.as_ref().map(Staff::frame).transpose()
    }

    async fn of(request: HttpRequest, body: web::Bytes) -> Result<Self, AppError> {
        let site = request
            .app_data::<web::Data<Site>>()
            .ok_or(AppError::NotFound)?;
        let changes = request.method() == Method::POST;
        if let Some(sent) = request.headers().get(header::AUTHORIZATION) {
            let sent = sent
                .to_str()
                .ok()
                .and_then(|text| text.strip_prefix("Bearer "));
            let known = site.cache_api_token.as_deref();
            let right = known
                .zip(sent)
                .is_some_and(|(known, sent)| tokens_match(known, sent.trim()));
            return if right {
                Ok(Self { body, staff: None })
            } else {
                Err(AppError::Unauthorized)
            };
        }
        let foreign = is_foreign(request.headers());
        let staff = Staff::of(&request).await?;
        if site.debug && !foreign {
            return Ok(Self { body, staff });
        }
        let Some(staff) = staff else {
            let refusal = "A foreign web page may not do this.";
            return Err(if site.debug {
                AppError::Forbidden(refusal)
            } else {
                AppError::Unauthorized
            });
        };
        if changes && (foreign || !staff.sent_token(&sent_token(&request, &body))) {
            return Err(AppError::Forbidden(
                "The security token (csrf_token, or X-CSRF-Token) is missing or wrong.",
            ));
        }
        Ok(Self {
            body,
            staff: Some(staff),
        })
    }
}

/// The CSRF token in the header or the form.
fn sent_token(request: &HttpRequest, body: &[u8]) -> String {
    let header = request
        .headers()
        .get("x-csrf-token")
        .and_then(|value| value.to_str().ok());
    let form = || {
        read(request, body)
            .unwrap_or_else(|_| Fields::default())
            .get("csrf_token")
            .to_owned()
    };
    header.map_or_else(form, str::to_owned)
}

impl FromRequest for Operator {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let body = web::Bytes::from_request(&request, payload);
        Box::pin(async move {
            let body = body.await?;
            Ok(Self::of(request, body).await?)
        })
    }
}
