//! Handlers of the public pages.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::json::{ListJson, PropertyJson};
use super::keys::cursors;
use crate::cache::policy::{CachePolicy, Level};
use crate::domain::{FieldErrors, ListingQuery, Position, PropertyId};
use crate::http::negotiation::Format;
use crate::http::views::listings::{DetailPage, ListPage, RefusedListPage};
use crate::http::views::page;
use crate::http::{AppError, Site};
use crate::services::{ListingPage, Services};

/// `GET /`
pub(in crate::http) async fn root() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, "/properties/"))
        .finish()
}

/// `GET /properties/`
pub(in crate::http) async fn index(
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let (format, query) = asked(&request);
    let query = match query {
        Ok(query) => query,
        Err(errors) => return refused(request.query_string(), errors, format),
    };
    let cached = services.listings.list(&query).await?;
    let policy = CachePolicy::of(&cached, Level::Queryset);
    let mut response = show_list(&cached.tagged.value, &query, format, &site)?;
    response.extensions_mut().insert(policy);
    Ok(response)
}

/// `GET /properties/no-cache/`: the same list straight from the database.
pub(in crate::http) async fn index_uncached(
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let (format, query) = asked(&request);
    let query = match query {
        Ok(query) => query,
        Err(errors) => return refused(request.query_string(), errors, format),
    };
    let list = services.listings.list_uncached(&query).await?;
    let mut response = show_list(&list, &query, format, &site)?;
    for (name, value) in [
        ("cache-control", "no-store"),
        ("cache-status", "page-redis; fwd=bypass"),
    ] {
        let name = header::HeaderName::from_static(name);
        response
            .headers_mut()
            .insert(name, header::HeaderValue::from_static(value));
    }
    Ok(response)
}

/// `GET /properties/{id}/`
pub(in crate::http) async fn show(
    request: HttpRequest,
    id: web::Path<String>,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let id = PropertyId(id.parse().map_err(|_| AppError::NotFound)?);
    let cached = services.listings.find(id).await?;
    let policy = CachePolicy::of(&cached, Level::Queryset);
    let property = cached.tagged.value.ok_or(AppError::NotFound)?;
    let mut response = match Format::of(request.query_string(), request.headers()) {
        Format::Json => HttpResponse::Ok().json(PropertyJson::new(&property, &site.url)),
        Format::Html => page(HttpResponse::Ok(), &DetailPage::new(&property, &site.url))?,
    };
    response.extensions_mut().insert(policy);
    Ok(response)
}

/// The list that a request asks for, and in which format.
fn asked(request: &HttpRequest) -> (Format, Result<ListingQuery, FieldErrors>) {
    let format = Format::of(request.query_string(), request.headers());
    (
        format,
        ListingQuery::parse(request.query_string(), cursors(format)),
    )
}

fn show_list(
    list: &ListingPage,
    query: &ListingQuery,
    format: Format,
    site: &Site,
) -> Result<HttpResponse, AppError> {
    if list.properties.is_empty() && matches!(query.position, Position::Page(2..)) {
        return Err(AppError::NotFound);
    }
    match format {
        Format::Json => Ok(HttpResponse::Ok().json(ListJson::new(list, query, &site.url))),
        Format::Html => page(HttpResponse::Ok(), &ListPage::new(list, query, &site.url)),
    }
}

/// The filter form again, with what was typed and what is wrong with it.
fn refused(input: &str, errors: FieldErrors, format: Format) -> Result<HttpResponse, AppError> {
    match format {
        Format::Json => Err(AppError::Invalid(errors)),
        Format::Html => page(
            HttpResponse::BadRequest(),
            &RefusedListPage::new(input, errors),
        ),
    }
}
