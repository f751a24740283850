//! The fast lane: a page in this process's memory is sent before routing and without any other middleware.
//!
//! Its responses have the same headers as those of the handlers; any request that it does not recognise at once is
//! passed on to them.

use std::future::{Ready, ready};
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::ConnectionType;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use futures_util::future::Either;

use super::harden::harden;
use super::request_id::{RequestId, cache_status as shown, log_answer};
use crate::cache::caller;
use crate::cache::policy::{self, Level, Outcome};
use crate::http::Site;
use crate::http::client_address::client_address;
use crate::http::pages::{Asked, answer, cache_status, refresh};
use crate::http::progress::{Phase, Progress};
use crate::services::Services;

/// The middleware that responds from memory or calls the inner service. It is the outermost one.
#[derive(Debug, Clone, Copy)]
pub struct Lane;

/// The middleware's service.
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
        if let Some(progress) = request.request().conn_data::<Progress>() {
            progress.enter(Phase::Handling);
        }
        let Some(site) = request.app_data::<web::Data<Site>>() else {
            return Either::Right(self.0.call(request));
        };
        let mut asked = Asked::by(&request, site);
        if let Some(response) = from_memory(&request, &mut asked) {
            return Either::Left(ready(Ok(request.into_response(response))));
        }
        request.extensions_mut().insert(asked);
        Either::Right(self.0.call(request))
    }
}

/// The response with a page in memory; otherwise notes that memory has none, and keeps the request's id.
fn from_memory(request: &ServiceRequest, asked: &mut Asked) -> Option<HttpResponse> {
    let headers = request.headers();
    let wanted = asked.page.as_mut()?.as_mut().ok()?;
    if !policy::is_cacheable_request(request.method(), headers) {
        return None;
    }
    let services = request.app_data::<web::Data<Services>>()?;
    let began = log::log_enabled!(log::Level::Debug).then(Instant::now);
    let id = RequestId::assign(request.request());
    let found = caller::during(id.0.clone(), || services.cache.page_in_memory(wanted.key.key()));
    let hit = match found {
        Ok(hit) => hit,
        Err(missed) => {
            wanted.missed = Some(missed);
            request.extensions_mut().insert(id);
            return None;
        }
    };
    let status = cache_status::header(&[(Level::PageMemory, Outcome::Hit(hit.ttl))]);
    let mut response = answer(&hit.page.page, headers, asked.encodings, hit.age, status);
    harden(response.headers_mut());
    let status = response.status().as_u16();
    services.traffic.count(asked.route, status);
    if let Some(began) = began {
        let (client, cache) = (client_address(request.request()), shown(response.headers()));
        let (method, path, took) = (request.method(), request.path(), began.elapsed());
        caller::during(id.0.clone(), || {
            log_answer(log::Level::Debug, method, path, status, took, cache, client);
        });
    }
    id.show(response.headers_mut());
    if services.drain.closes_connections() {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    if hit.refresh
        && let Some(Ok(wanted)) = asked.page.take()
        && let Some(site) = request.app_data::<web::Data<Site>>()
    {
        actix_web::rt::spawn(refresh(wanted, services.clone(), site.clone()));
    }
    Some(response)
}
