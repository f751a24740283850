//! The fast lane: a page that this process holds is answered before routing and without any other middleware.
//!
//! What it answers is what the long way would answer, header for header; whatever it does not recognise at once goes
//! the long way.

use std::future::{Ready, ready};
use std::task::{Context, Poll};

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{Error, HttpResponse, web};
use futures_util::future::Either;

use super::answer::answer;
use super::page::PublicPage;
use super::{cache_status, serve};
use crate::cache::policy;
use crate::http::Site;
use crate::http::middleware::clean_address::cleaned;
use crate::http::middleware::request_id::{RequestId, cache_status as shown};
use crate::http::middleware::route::route_of;
use crate::http::middleware::security::{harden, is_allowed};
use crate::http::negotiation::AcceptedEncodings;
use crate::services::Services;

/// The middleware that answers from memory, or asks the inner service. It goes around all others.
#[derive(Debug, Clone, Copy)]
pub struct Lane;

/// The lane around a service.
#[derive(Debug)]
pub struct LaneService<S>(S);

impl<S> Transform<S, ServiceRequest> for Lane
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error>,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type InitError = ();
    type Transform = LaneService<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(LaneService(inner)))
    }
}

impl<S> Service<ServiceRequest> for LaneService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error>,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = Either<Ready<Result<Self::Response, Error>>, S::Future>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        match from_memory(&request) {
            Some(response) => Either::Left(ready(Ok(request.into_response(response)))),
            None => Either::Right(self.0.call(request)),
        }
    }
}

fn from_memory(request: &ServiceRequest) -> Option<HttpResponse> {
    let headers = request.headers();
    if !policy::is_cacheable_request(request.method(), headers) {
        return None;
    }
    let services = request.app_data::<web::Data<Services>>()?;
    let site = request.app_data::<web::Data<Site>>()?;
    let (path, query) = (request.path(), request.query_string());
    let page = PublicPage::at(path, query, headers, site)?;
    if !is_allowed(request, site)
        || cleaned(path, query, headers).is_some()
        || AcceptedEncodings::of(headers).is_empty()
    {
        return None;
    }
    let (id, key) = (RequestId::new(), page.key(&site.url));
    let hit = id.during(|| services.pages.page_in_memory(key.key()))?;
    let status = cache_status::memory_hit(hit.ttl);
    let mut response = answer(&hit.page.page, headers, hit.age, status);
    harden(response.headers_mut());
    services
        .traffic
        .count(route_of(request.path()), response.status().as_u16());
    id.during(|| {
        log::debug!(
            "request method={} path={} status={} cache=\"{}\"",
            request.method(),
            request.path(),
            response.status().as_u16(),
            shown(response.headers())
        );
    });
    id.show(response.headers_mut());
    if hit.refresh {
        actix_web::rt::spawn(serve::refresh(page, services.clone(), site.clone()));
    }
    Some(response)
}
