//! A page through the cache.

use std::time::Instant;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::asked::Wanted;
use super::cache_status;
use super::page::PublicPage;
use super::stale::answer_or_stand_in;
use crate::cache::Rendered;
use crate::http::negotiation::AcceptedEncodings;
use crate::http::{AppError, Site};
use crate::services::Services;

/// Answers with a page that memory has missed: from Redis, or computed. A request that the cache may not answer, such as
/// one with credentials, is answered past it.
///
/// # Errors
/// Those of the computation.
pub(in crate::http) async fn serve(
    request: &HttpRequest,
    wanted: Wanted,
    encodings: AcceptedEncodings,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let Wanted { page, key, missed } = wanted;
    let Some(missed) = missed else {
        return Ok(not_kept(page.render(&services, &site.url).await?));
    };
    let cache = services.cache.clone();
    // On the heap, because the future of a whole page is large and is seldom needed.
    let render = move || Box::pin(async move { page.render(&services, &site.url).await });
    let tags = key.tags();
    let served = cache.get_or_render(key.key(), &tags, encodings.first(), missed, render);
    let served = served.await?;
    let age = served.page.age(Instant::now());
    let status = cache_status::header(&served.trail);
    Ok(answer_or_stand_in(&served, request.headers(), encodings, age, status))
}

/// Answers with a page straight from the database: no cache is read or written.
///
/// # Errors
/// Those of the computation.
pub(in crate::http) async fn serve_uncached(
    page: PublicPage,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    Ok(not_kept(page.render_uncached(&services, &site.url).await?))
}

/// A page that no cache keeps.
fn not_kept(page: Rendered) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, page.content_type))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((HeaderName::from_static("cache-status"), cache_status::bypass()))
        .body(page.body)
}

/// Computes a page anew that is about to expire.
pub(in crate::http) async fn refresh(
    wanted: Wanted,
    services: web::Data<Services>,
    site: web::Data<Site>,
) {
    let Wanted { page, key, .. } = wanted;
    let cache = services.cache.clone();
    let render = move || Box::pin(async move { page.render(&services, &site.url).await });
    cache.refresh_page(key.key(), &key.tags(), render).await;
}
