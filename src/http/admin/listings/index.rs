//! The list of listings.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::{Cursors, FieldErrors, ListingQuery, Permission};
use crate::http::AppError;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::ListPage;
use crate::http::views::page;
use crate::services::{ListingPage, Services};

/// Rows on a page, as Django's `list_per_page`.
const PAGE_SIZE: u16 = 100;

/// `GET /admin/properties/`
pub(in crate::http) async fn index(
    staff: Staff,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::View)?;
    let text = request.query_string();
    let (query, errors) = match ListingQuery::parse(text, Cursors::Ignored) {
        Ok(query) => (query, FieldErrors::new()),
        Err(errors) => (ListingQuery::default(), errors),
    };
    let query = ListingQuery {
        page_size: PAGE_SIZE,
        ..query
    };
    let list = match errors.is_empty() {
        true => services.listings.list_uncached(&query).await?,
        false => ListingPage {
            properties: Vec::new(),
            more: false,
            total: 0,
        },
    };
    let status = if errors.is_empty() {
        HttpResponse::Ok()
    } else {
        HttpResponse::BadRequest()
    };
    page(
        status,
        &ListPage::new(staff.frame()?, &list, &query, text, errors),
    )
}
