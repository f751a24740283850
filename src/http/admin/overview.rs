//! The admin's first page.

use actix_web::{HttpResponse, web};

use crate::http::AppError;
use crate::http::staff::Staff;
use crate::http::views::admin::{EntryView, OverviewPage};
use crate::http::views::page;
use crate::services::Services;

/// Entries on the first page.
const RECENT: u16 = 10;

/// `GET /admin/`
pub(in crate::http) async fn show(
    staff: Staff,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let recent = services.history.recent(RECENT).await?;
    page(
        HttpResponse::Ok(),
        &OverviewPage { frame: staff.frame()?, recent: EntryView::list(recent) },
    )
}
