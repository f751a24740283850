//! The login audit.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::LoginFilter;
use crate::http::AppError;
use crate::http::staff::Staff;
use crate::http::views::admin::LoginsPage;
use crate::http::views::page;
use crate::services::Services;

/// Entries on a page.
const PAGE_SIZE: u16 = 100;

/// `GET /admin/logins/`
pub(in crate::http) async fn index(
    staff: Staff,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let typed = request.query_string();
    let filter = match LoginFilter::parse(typed) {
        Ok(filter) => filter,
        Err(errors) => {
            let refused = LoginsPage::refused(staff.frame()?, typed, errors);
            return page(HttpResponse::BadRequest(), &refused);
        }
    };
    let found = services.accounts.logins(&filter, PAGE_SIZE + 1).await?;
    let list = LoginsPage::new(staff.frame()?, found, PAGE_SIZE, &filter, typed);
    page(HttpResponse::Ok(), &list)
}
