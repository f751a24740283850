//! The fast lane: a page that this process holds is answered before routing and without any other middleware.
//!
//! What it answers is what the long way would answer, header for header; whatever it does not recognise at once goes
//! the long way.

use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

use super::answer::answer;
use super::page::PublicPage;
use super::{cache_status, serve};
use crate::cache::policy;
use crate::http::Site;
use crate::http::middleware::request_id::RequestId;
use crate::http::middleware::security::{harden, is_allowed};
use crate::http::negotiation::Format;
use crate::services::Services;

/// Answers from memory, or asks the inner service.
///
/// # Errors
/// Those of the inner service.
pub async fn lane(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match from_memory(&request) {
        Some(response) => Ok(request.into_response(response)),
        None => next.call(request).await,
    }
}

fn from_memory(request: &ServiceRequest) -> Option<HttpResponse> {
    let headers = request.headers();
    let name = request.path().strip_prefix("/properties/")?;
    if !policy::is_cacheable_request(request.method(), headers) {
        return None;
    }
    let format = Format::of(request.query_string(), headers);
    let page = match name.strip_suffix('/') {
        None if name.is_empty() => PublicPage::list(request.query_string(), format).ok()?,
        Some(id) if id.bytes().all(|b| b.is_ascii_digit()) => PublicPage::detail(id, format)?,
        _ => return None,
    };
    let services = request.app_data::<web::Data<Services>>()?;
    let site = request.app_data::<web::Data<Site>>()?;
    if !is_allowed(request, site) {
        return None;
    }
    let hit = services.pages.in_memory(&page.key(&site.url))?;
    let age = hit.page.age(Instant::now());
    let status = cache_status::memory_hit(hit.ttl);
    let mut response = answer(&hit.page.page, headers, age, status);
    harden(response.headers_mut());
    RequestId::new().show(response.headers_mut());
    if hit.refresh {
        actix_web::rt::spawn(serve::refresh(page, services.clone(), site.clone()));
    }
    Some(response)
}
