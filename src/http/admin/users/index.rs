//! The list of accounts.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::UserQuery;
use crate::http::AppError;
use crate::http::staff::Staff;
use crate::http::views::admin::UserListPage;
use crate::http::views::page;
use crate::services::Services;

/// Rows per page.
const PAGE_SIZE: u16 = 50;

/// `GET /admin/users/`
pub(in crate::http) async fn index(
    staff: Staff,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let typed = request.query_string();
    let query = match UserQuery::parse(typed) {
        Ok(query) => query,
        Err(errors) => {
            let refused = UserListPage::refused(staff.frame()?, typed, errors);
            return page(HttpResponse::BadRequest(), &refused);
        }
    };
    let found = services.accounts.list(&query, PAGE_SIZE).await?;
    let list = UserListPage::new(staff.frame()?, found, PAGE_SIZE, &query);
    page(HttpResponse::Ok(), &list)
}
