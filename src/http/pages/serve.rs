//! Answers requests for pages through the cache.

use std::time::Instant;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::asked::Wanted;
use super::cache_status;
use super::page::PublicPage;
use super::stale::answer_or_stand_in;
use crate::cache::Rendered;
use crate::http::client_address::client_address;
use crate::http::negotiation::AcceptedEncodings;
use crate::http::{AppError, Site};
use crate::services::{Permit, Services};

/// Answers with a page that memory does not have: from Redis, or rendered. If the cache may not answer the request, for
/// example because it has credentials, the page is rendered without it.
///
/// # Errors
/// The errors of the rendering.
pub(in crate::http) async fn serve(
    request: &HttpRequest,
    wanted: Wanted,
    encodings: AcceptedEncodings,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let Wanted { page, key, missed } = wanted;
    let turn = admit(request, key.is_costly(), &services);
    let Some(missed) = missed else {
        let _turn = turn.await?;
        return Ok(not_kept(page.render(&services, &site.url).await?));
    };
    let cache = services.cache.clone();
    // On the heap, because the future of a page is large and seldom needed.
    let render = move || {
        Box::pin(async move {
            let _turn = turn.await?;
            page.render(&services, &site.url).await
        })
    };
    let served = cache.get_or_render(key.key(), key.tags(), encodings.first(), missed, render);
    let served = served.await?;
    let age = served.page.age(Instant::now());
    let status = cache_status::header(&served.trail);
    Ok(answer_or_stand_in(&served, request.headers(), encodings, age, status))
}

/// Answers with a page directly from the database: no cache is read or written.
///
/// # Errors
/// The errors of the rendering.
pub(in crate::http) async fn serve_uncached(
    request: &HttpRequest,
    page: PublicPage,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let is_costly = page.key(&site.url).is_costly();
    let _turn = admit(request, is_costly, &services).await?;
    Ok(not_kept(page.render_uncached(&services, &site.url).await?))
}

/// Takes a turn if the answer is costly; other answers need none.
pub(in crate::http) fn admit(
    request: &HttpRequest,
    is_costly: bool,
    services: &Services,
) -> impl Future<Output = Result<Option<Permit>, AppError>> + Send + use<> {
    let turns = is_costly.then(|| (services.expensive.clone(), client_address(request)));
    async move {
        match turns {
            Some((turns, client)) => Ok(Some(turns.take(client).await?)),
            None => Ok(None),
        }
    }
}

/// The response with a page that is not stored.
fn not_kept(page: Rendered) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, page.content_type))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((HeaderName::from_static("cache-status"), cache_status::bypass()))
        .body(page.body)
}

/// Renders a page again that is about to expire.
pub(in crate::http) async fn refresh(
    wanted: Wanted,
    services: web::Data<Services>,
    site: web::Data<Site>,
) {
    let Wanted { page, key, .. } = wanted;
    let cache = services.cache.clone();
    let is_costly = key.is_costly();
    let render = move || {
        Box::pin(async move {
            let _turn = match is_costly {
                true => Some(services.expensive.take(None).await?),
                false => None,
            };
            page.render(&services, &site.url).await
        })
    };
    cache.refresh_page(key.key(), key.tags(), render).await;
}
