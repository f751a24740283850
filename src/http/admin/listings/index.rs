//! The list of listings.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::{AdminListQuery, FieldErrors, Permission, Place, PlaceQuery};
use crate::http::AppError;
use crate::http::staff::Staff;
use crate::http::views::admin::ListPage;
use crate::http::views::page;
use crate::services::Services;

/// `GET /admin/properties/`
pub(in crate::http) async fn index(
    staff: Staff,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::View)?;
    let query = match AdminListQuery::parse(request.query_string()) {
        Ok(query) => query,
        Err(errors) => return refused(&staff, request.query_string(), errors, &services).await,
    };
    let found = services.editor.list(&query).await?;
    let places = places(&services).await?;
    page(HttpResponse::Ok(), &ListPage::new(staff.frame()?, found, &places))
}

/// The form of a query that is wrong, with what was typed.
pub(super) async fn refused(
    staff: &Staff,
    query_string: &str,
    errors: FieldErrors,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let places = places(services).await?;
    let refused = ListPage::refused(staff.frame()?, query_string, errors, &places);
    page(HttpResponse::BadRequest(), &refused)
}

/// Places to choose from.
pub(super) async fn places(services: &Services) -> Result<Vec<Place>, AppError> {
    let places = services.listings.places(&PlaceQuery::default()).await?;
    Ok(places.tagged.value)
}
