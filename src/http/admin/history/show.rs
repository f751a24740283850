//! The history of one listing.

use actix_web::{HttpResponse, web};

use crate::domain::{Permission, PropertyId};
use crate::http::AppError;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::HistoryPage;
use crate::http::views::page;
use crate::services::Services;

/// Entries of a history.
const HISTORY: u16 = 200;

/// `GET /admin/properties/{id}/history/`
pub(in crate::http) async fn of_listing(
    staff: Staff,
    id: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::View)?;
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
