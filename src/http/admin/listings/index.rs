//! The list of listings.

use actix_web::{HttpRequest, HttpResponse};

use crate::domain::{AdminListQuery, FieldErrors, Permission, Place, PlaceQuery};
use crate::http::staff::Staff;
use crate::http::views::admin::ListPage;
use crate::http::views::page;
use crate::http::{Answer, AppError};

/// `GET /admin/properties/`
pub(in crate::http::admin) async fn index(staff: Staff, request: HttpRequest) -> Answer {
    staff.require(Permission::View)?;
    let query = match AdminListQuery::parse(request.query_string()) {
        Ok(query) => query,
        Err(errors) => return refused(&staff, request.query_string(), errors).await,
    };
    let found = staff.services.editor.list(&query).await?;
    let places = places(&staff).await?;
    page(HttpResponse::Ok(), &ListPage::new(staff.frame(), found, &places))
}

/// The form of a query that is wrong, with what was typed.
pub(super) async fn refused(staff: &Staff, query_string: &str, errors: FieldErrors) -> Answer {
    let places = places(staff).await?;
    let refused = ListPage::refused(staff.frame(), query_string, errors, &places);
    page(HttpResponse::BadRequest(), &refused)
}

/// Places to choose from.
pub(super) async fn places(staff: &Staff) -> Result<Vec<Place>, AppError> {
    let places = staff.services.listings.places(&PlaceQuery::default()).await?;
    Ok(places.tagged.value)
}
