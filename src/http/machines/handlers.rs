//! The handler of the pages for programs.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::http::pages::{MachinePage, PublicPage, serve};
use crate::http::{AppError, Site};
use crate::services::Services;

/// `GET` of any of them.
pub(in crate::http) async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let page = MachinePage::at(request.path(), request.query_string(), site.debug);
    let page = page.map_err(AppError::Invalid)?.ok_or(AppError::NotFound)?;
    serve(&request, PublicPage::Machine(page), services, site).await
}
