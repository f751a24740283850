//! Handlers of the public pages.

use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use crate::domain::{Cursors, Direction, FieldErrors, ListingQuery, PropertyId};
use crate::http::middleware::RequestId;
use crate::http::negotiation::Format;
use crate::http::pages::{Asked, PublicPage, admit, published, result, serve, serve_uncached};
use crate::http::spam::never_stored;
use crate::http::views::listings::{PlacesPage, RefusedListPage};
use crate::http::views::page;
use crate::http::{AppError, Site};
use crate::services::Services;
use crate::services::urls::{Address, Public, Url, find};

/// `GET /`: redirects to the list, with the query.
pub(in crate::http) async fn root(request: HttpRequest) -> HttpResponse {
    let query = request.query_string();
    let mark = if query.is_empty() { "" } else { "?" };
    // A header's value is ASCII; characters that the client did not percent-encode are encoded here.
    let query = utf8_percent_encode(query, CONTROLS);
    HttpResponse::Found()
        .insert_header((header::LOCATION, format!("/properties/{mark}{query}")))
        .finish()
}

/// `GET` of a cached page: a list, a listing, the places, or a page for programs.
pub(in crate::http) async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let asked = request.extensions_mut().remove::<Asked>();
    let asked = asked.ok_or(AppError::NotFound)?;
    match asked.page.ok_or(AppError::NotFound)? {
        Ok(wanted) => serve(&request, wanted, asked.encodings, services, site).await,
        Err(errors) => refused(&request, asked.url, errors),
    }
}

/// `GET /properties/no-cache/`: the list directly from the database.
pub(in crate::http) async fn index_uncached(
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let format = Format::of(request.query_string(), request.headers());
    match ListingQuery::parse(request.query_string(), Cursors::Accepted) {
        Ok(query) => {
            let page = PublicPage::List { query, format };
            serve_uncached(&request, page, services, site).await
        }
        Err(errors) => refused(&request, find(request.path()).map(|(url, _)| url), errors),
    }
}

/// `GET /properties/{id}/next/`: the listing after this one in the list of the query string.
pub(in crate::http) async fn next(
    request: HttpRequest,
    id: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    turn(&request, PropertyId(*id), Direction::Forward, &services).await
}

/// `GET /properties/{id}/previous/`: the listing before this one.
pub(in crate::http) async fn previous(
    request: HttpRequest,
    id: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    turn(&request, PropertyId(*id), Direction::Backward, &services).await
}

/// Redirects to a neighbour, which is searched for only now: a page with links to its neighbours would change whenever
/// a listing is added.
async fn turn(
    request: &HttpRequest,
    id: PropertyId,
    direction: Direction,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let result = result(request.query_string());
    let found = services.listings.find(id).await?.tagged.value;
    let property = published(found.as_ref())?;
    let listings = &services.listings;
    let _turn = admit(request, result.is_costly(), services).await?;
    let neighbour = listings.neighbour(property, &result, direction).await?;
    let (id, mark) = match (neighbour, direction) {
        (Some(neighbour), _) => (neighbour, ""),
        (None, Direction::Forward) => (id, "#last"),
        (None, Direction::Backward) => (id, "#first"),
    };
    let query = result.canonical();
    let sign = if query.is_empty() { "" } else { "?" };
    let location = format!("/properties/{id}/{sign}{query}{mark}");
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish())
}

/// The form again, with the typed values and their errors.
fn refused(
    request: &HttpRequest,
    url: Option<&Url>,
    errors: FieldErrors,
) -> Result<HttpResponse, AppError> {
    let query = request.query_string();
    let format = Format::of(query, request.headers());
    let number = RequestId::of(request);
    match url.map(|url| url.address) {
        _ if format == Format::Json => Err(AppError::Invalid(errors)),
        Some(Address::Public(Public::List | Public::Uncached)) => page(
            never_stored(HttpResponse::BadRequest()),
            &RefusedListPage::new(query, errors, number),
        ),
        Some(Address::Public(Public::Places)) => page(
            never_stored(HttpResponse::BadRequest()),
            &PlacesPage::refused(query, errors, number),
        ),
        Some(Address::Public(Public::Shortlist)) => Err(AppError::BadRequest(in_words(&errors))),
        _ => Err(AppError::Invalid(errors)),
    }
}

/// The messages of all errors, for a page without a form that could show them.
fn in_words(errors: &FieldErrors) -> String {
    let messages = errors.iter().flat_map(|(_, messages)| messages.iter().map(String::as_str));
    messages.collect::<Vec<_>>().join(" ")
}
