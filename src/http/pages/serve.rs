//! A page through the cache.

use std::time::Instant;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::cache_status;
use super::page::PublicPage;
use super::stale::answer_or_stand_in;
use crate::cache::policy;
use crate::http::{AppError, Site};
use crate::services::{Rendered, Services};

/// Answers with a page: from the cache, or computed. A request with credentials is answered past the cache.
///
/// # Errors
/// Those of the computation.
pub(in crate::http) async fn serve(
    request: &HttpRequest,
    page: PublicPage,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    if !policy::is_cacheable_request(request.method(), request.headers()) {
        return Ok(not_kept(page.render(&services, &site.url).await?));
    }
    let key = page.key(&site.url);
    let pages = services.pages.clone();
    // On the heap, because the future of a whole page is large and is seldom needed.
    let render = move || Box::pin(async move { page.render(&services, &site.url).await });
    let served = pages.get_or_render(key.key(), &key.tags(), render).await?;
    let age = served.page.age(Instant::now());
    let status = cache_status::header(&served.trail);
    Ok(answer_or_stand_in(&served, request.headers(), age, status))
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
        .insert_header((
            HeaderName::from_static("cache-status"),
            cache_status::bypass(),
        ))
        .body(page.body)
}

/// Computes a page anew that is about to expire.
pub(super) async fn refresh(
    page: PublicPage,
    services: web::Data<Services>,
    site: web::Data<Site>,
) {
    let key = page.key(&site.url);
    let pages = services.pages.clone();
    let render = move || Box::pin(async move { page.render(&services, &site.url).await });
    pages.refresh_page(key.key(), &key.tags(), render).await;
}
