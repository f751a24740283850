//! What was done to listings: who, when, and what changed.

use actix_web::{HttpRequest, HttpResponse, web};

use super::list_state::List;
use crate::domain::{FieldErrors, HistoryQuery, Permission, PropertyId};
use crate::http::forms::Fields;
use crate::http::staff::Staff;
use crate::http::views::admin::{HistoryListPage, HistoryPage};
use crate::http::views::{form_page, page};
use crate::http::{Answer, AppError};
use crate::services::HistoryPage as Found;

/// Entries of a page: each may be two descriptions of 20,000 characters.
const PAGE_SIZE: u16 = 25;

/// `GET /admin/history/`
pub(super) async fn index(staff: Staff, request: HttpRequest) -> Answer {
    staff.require(Permission::View)?;
    let (history, typed) = (&staff.services.history, request.query_string());
    let actors = history.actors().await?;
    let (query, errors, found) = match HistoryQuery::parse(typed) {
        Err(errors) => (HistoryQuery::default(), errors, Found::default()),
        Ok(query) => {
            let found = history.page(&query, PAGE_SIZE).await?;
            (query, FieldErrors::new(), found)
        }
    };
    let list = HistoryListPage::new(
        staff.frame(),
        found,
        query,
        Fields::parse(typed.as_bytes()),
        errors,
        actors,
    );
    form_page(&list.errors, HttpResponse::BadRequest(), &list)
}

/// `GET /admin/properties/{id}/history/`
pub(super) async fn of_listing(staff: Staff, id: web::Path<i64>, request: HttpRequest) -> Answer {
    staff.require(Permission::View)?;
    let id = PropertyId(id.into_inner());
    let asked = HistoryQuery::parse(request.query_string()).map_err(AppError::Invalid)?;
    let query = HistoryQuery { place: asked.place, ..HistoryQuery::of(id) };
    let current = staff.services.listings.find_uncached(id).await?;
    let found = staff.services.history.page(&query, PAGE_SIZE).await?;
    if found.entries.is_empty() && current.is_none() {
        return Err(AppError::NotFound);
    }
    let state = List::Listings.state_of(&request);
    let history = HistoryPage::new(staff.frame(), id, found, &query, current.as_ref(), state);
    page(HttpResponse::Ok(), &history)
}
