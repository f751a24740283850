//! The history of one listing, and of all.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::{HistoryQuery, Permission, PropertyId};
use crate::http::AppError;
use crate::http::admin::listings::filters_of;
use crate::http::staff::Staff;
use crate::http::views::admin::{HistoryListPage, HistoryPage};
use crate::http::views::page;
use crate::services::Services;

/// Entries of a page: each may be two descriptions of 20,000 characters.
const PAGE_SIZE: u16 = 25;

/// `GET /admin/history/`
pub(in crate::http) async fn index(
    staff: Staff,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::View)?;
    let (history, typed) = (&services.history, request.query_string());
    let actors = history.actors().await?;
    let query = match HistoryQuery::parse(typed) {
        Ok(query) => query,
        Err(errors) => {
            let refused = HistoryListPage::refused(staff.frame()?, typed, errors, actors);
            return page(HttpResponse::BadRequest(), &refused);
        }
    };
    let found = history.page(&query, PAGE_SIZE).await?;
    let list = HistoryListPage::new(staff.frame()?, found, &query, typed, actors);
    page(HttpResponse::Ok(), &list)
}

/// `GET /admin/properties/{id}/history/`
pub(in crate::http) async fn of_listing(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::View)?;
    let id = PropertyId(id.into_inner());
    let asked = HistoryQuery::parse(request.query_string()).map_err(AppError::Invalid)?;
    let query = HistoryQuery { place: asked.place, ..HistoryQuery::of(id) };
    let current = services.listings.find_uncached(id).await?;
    let found = services.history.page(&query, PAGE_SIZE).await?;
    if found.entries.is_empty() && current.is_none() {
        return Err(AppError::NotFound);
    }
    let (frame, state) = (staff.frame()?, filters_of(&request));
    let history = HistoryPage::new(frame, id, found, &query, current.as_ref(), state);
    page(HttpResponse::Ok(), &history)
}
