//! Handlers of the public pages.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::FieldErrors;
use crate::http::negotiation::Format;
use crate::http::pages::{PublicPage, serve, serve_uncached};
use crate::http::views::listings::RefusedListPage;
use crate::http::views::page;
use crate::http::{AppError, Site};
use crate::services::Services;

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
    let format = Format::of(request.query_string(), request.headers());
    match PublicPage::list(request.query_string(), format) {
        Ok(page) => serve(&request, page, services, site).await,
        Err(errors) => refused(request.query_string(), errors, format),
    }
}

/// `GET /properties/no-cache/`: the same list straight from the database.
pub(in crate::http) async fn index_uncached(
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let format = Format::of(request.query_string(), request.headers());
    match PublicPage::list(request.query_string(), format) {
        Ok(page) => serve_uncached(page, services, site).await,
        Err(errors) => refused(request.query_string(), errors, format),
    }
}

/// `GET /properties/{id}/`
pub(in crate::http) async fn show(
    request: HttpRequest,
    id: web::Path<String>,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let format = Format::of(request.query_string(), request.headers());
    let page = PublicPage::detail(&id, format).ok_or(AppError::NotFound)?;
    serve(&request, page, services, site).await
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
