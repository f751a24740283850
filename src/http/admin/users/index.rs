//! The list of accounts.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::{FieldErrors, UserQuery};
use crate::http::AppError;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::UserListPage;
use crate::http::views::page;
use crate::services::{Services, UserPage};

/// Rows on a page.
const PAGE_SIZE: u16 = 50;

/// `GET /admin/users/`
pub(in crate::http) async fn index(
    staff: Staff,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let (query, errors) = match UserQuery::parse(request.query_string()) {
        Ok(query) => (query, FieldErrors::new()),
        Err(errors) => (UserQuery::default(), errors),
    };
    let (response, found) = match errors.is_empty() {
        true => {
            let found = services.accounts.list(&query, PAGE_SIZE).await?;
            (HttpResponse::Ok(), found)
        }
        false => (HttpResponse::BadRequest(), UserPage::default()),
    };
    let list = UserListPage::new(staff.frame()?, found, PAGE_SIZE, query, errors);
    page(response, &list)
}
