//! The page cache around public handlers, as Django's `cache_page`; but what is stored is invalidated.
//!
//! The key comes from the parsed request; a request that can't be parsed has none, and its handler says what is
//! wrong. Cookies are taken from the request first, so that no page can depend on one.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use super::page_response::{Client, answer, member};
use crate::cache::policy::{self, CachePolicy, Level, Outcome};
use crate::http::AppError;
use crate::services::{PageKey, PageLookup, Services, StoredPage};

/// Answers from the cache, or asks the handler and stores what it may.
///
/// # Errors
/// Those of the inner service.
pub(in crate::http) async fn page_cache<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
    key_of: fn(&ServiceRequest) -> Option<PageKey>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    request.headers_mut().remove(header::COOKIE);
    let key = key_of(&request);
    let services = request.app_data::<web::Data<Services>>().cloned();
    let (Some(key), Some(services)) = (key, services) else {
        return Ok(bypassed(next.call(request).await?.map_into_boxed_body()));
    };
    if !policy::is_cacheable_request(request.method(), request.headers()) {
        let response = next.call(request).await?.map_into_boxed_body();
        return Ok(bypassed(response));
    }
    let client = Client::of(request.headers());
    let lookup = services.pages.find(&key).await;
    if let PageLookup::Hit { page, age, ttl } = &lookup {
        let status = member(Level::PageRedis, Outcome::Hit(*ttl));
        return Ok(request.into_response(answer(page, &client, *age, &status)));
    }
    let response = next.call(request).await?.map_into_boxed_body();
    match lookup {
        PageLookup::Bypass => finish(response, &client, None, &services).await,
        _ => finish(response, &client, Some(&key), &services).await,
    }
}

/// Stores a handler's page under a key, if it may be and there is one, and answers with it.
async fn finish(
    mut response: ServiceResponse<BoxBody>,
    client: &Client,
    key: Option<&PageKey>,
    services: &Services,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let policy = response
        .response_mut()
        .extensions_mut()
        .remove::<CachePolicy>();
    let storable = policy::is_storable_response(response.status(), response.headers());
    let content_type = response.headers().get(header::CONTENT_TYPE).cloned();
    let (Some(policy), Some(content_type), true) = (policy, content_type, storable) else {
        if let Some(key) = key {
            services.pages.not_stored(key);
        }
        return Ok(match key {
            Some(_) => with_status(
                response,
                member(Level::PageRedis, Outcome::Miss { stored: false }),
            ),
            None => bypassed(response),
        });
    };
    let (request, response) = response.into_parts();
    let body = response.into_body().try_into_bytes();
    let body = body.map_err(|_| AppError::BadRequest("The page can't be read.".to_owned()))?;
    let content_type = content_type
        .to_str()
        .unwrap_or("text/html; charset=utf-8")
        .to_owned();
    let page = match key {
        // Compression takes milliseconds that other requests of this worker need not wait for.
        Some(_) => {
            let compressed = web::block(move || StoredPage::new(&content_type, body)).await;
            compressed.map_err(|_| AppError::Service(crate::services::ServiceError::Interrupted))?
        }
        None => StoredPage::uncompressed(&content_type, body),
    };
    let outcome = match key {
        Some(key) => Outcome::Miss {
            stored: services.pages.store(key, &page, &policy).await,
        },
        None => Outcome::Bypass,
    };
    // The level nearest to the origin comes first (RFC 9211, section 2).
    let levels = policy.trail.iter().map(|(level, outcome)| match outcome {
        Outcome::Hit(_) => format!("{}; hit", level.name()),
        other => member(*level, *other),
    });
    let members: Vec<_> = levels.chain([member(Level::PageRedis, outcome)]).collect();
    let answer = answer(&page, client, Duration::ZERO, &members.join(", "));
    Ok(ServiceResponse::new(request, answer))
}

/// An answer that no level was asked for.
fn bypassed(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    with_status(response, member(Level::PageRedis, Outcome::Bypass))
}

fn with_status(mut response: ServiceResponse<BoxBody>, status: String) -> ServiceResponse<BoxBody> {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&status) {
        headers.insert(HeaderName::from_static("cache-status"), value);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
