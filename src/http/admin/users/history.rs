//! What was done to accounts.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::domain::UserId;
use crate::http::AppError;
use crate::http::staff::Staff;
use crate::http::views::admin::AccountHistoryPage;
use crate::http::views::page;
use crate::services::Services;

/// Entries on a page.
const PAGE_SIZE: u16 = 50;

/// Where a page begins.
#[derive(Deserialize)]
pub(in crate::http) struct Before {
    before: Option<i64>,
}

/// `GET /admin/users/history/`
pub(in crate::http) async fn of_all(
    staff: Staff,
    query: web::Query<Before>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let accounts = &services.accounts;
    let events = accounts.events(None, query.before, PAGE_SIZE + 1).await?;
    let history = AccountHistoryPage::new(staff.frame()?, None, events, PAGE_SIZE);
    page(HttpResponse::Ok(), &history)
}

/// `GET /admin/users/{id}/history/`
pub(in crate::http) async fn of_account(
    staff: Staff,
    id: web::Path<i64>,
    query: web::Query<Before>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let (accounts, id) = (&services.accounts, UserId(*id));
    let events = accounts.events(Some(id), query.before, PAGE_SIZE + 1).await?;
    let user = accounts.find(id).await?;
    if events.is_empty() && user.is_none() {
        return Err(AppError::NotFound);
    }
    let history = AccountHistoryPage::new(staff.frame()?, Some((id, user)), events, PAGE_SIZE);
    page(HttpResponse::Ok(), &history)
}
