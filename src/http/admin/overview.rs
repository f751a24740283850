//! The admin's first page, and histories.

use actix_web::{HttpResponse, web};

use super::staff::Staff;
use crate::domain::PropertyId;
use crate::http::AppError;
use crate::http::views::admin::{HistoryPage, OverviewPage};
use crate::http::views::page;
use crate::services::Services;

/// Entries on the first page.
const RECENT: u16 = 10;
/// Entries of a history.
const HISTORY: u16 = 200;

/// `GET /admin/`
pub(in crate::http) async fn show(
    staff: Staff,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let recent = services.editor.history(None, RECENT).await?;
    page(
        HttpResponse::Ok(),
        &OverviewPage {
            frame: staff.frame()?,
            recent,
        },
    )
}

/// `GET /admin/properties/{id}/history/`
pub(in crate::http) async fn history(
    staff: Staff,
    id: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let id = PropertyId(id.into_inner());
    let entries = services.editor.history(Some(id), HISTORY).await?;
    let exists = services.listings.find_uncached(id).await?.is_some();
    if entries.is_empty() && !exists {
        return Err(AppError::NotFound);
    }
    page(
        HttpResponse::Ok(),
        &HistoryPage {
            frame: staff.frame()?,
            id,
            entries,
            exists,
        },
    )
}
