//! The admin's first page.

use actix_web::HttpResponse;

use crate::domain::Permission;
use crate::http::Answer;
use crate::http::staff::Staff;
use crate::http::views::admin::{EntryView, OverviewPage};
use crate::http::views::page;
use crate::services::Attention;

/// Entries of the history.
const RECENT: u16 = 10;

/// `GET /admin/`
pub(super) async fn show(staff: Staff) -> Answer {
    let attention = match staff.require(Permission::View) {
        Ok(_) => staff.services.editor.attention().await?,
        Err(_) => Attention::default(),
    };
    let recent = EntryView::list(staff.services.history.recent(RECENT).await?);
    page(HttpResponse::Ok(), &OverviewPage::new(staff.frame(), attention, recent))
}
