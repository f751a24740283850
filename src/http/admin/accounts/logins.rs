//! The login audit.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::{FieldErrors, LoginFilter};
use crate::http::AppError;
use crate::http::admin::staff::Staff;
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
    let (filter, errors) = match LoginFilter::parse(request.query_string()) {
        Ok(filter) => (filter, FieldErrors::new()),
        Err(errors) => (LoginFilter::default(), errors),
    };
    let (response, events) = match errors.is_empty() {
        true => {
            let list = services.accounts.logins(&filter, PAGE_SIZE + 1).await?;
            (HttpResponse::Ok(), list)
        }
        false => (HttpResponse::BadRequest(), Vec::new()),
    };
    page(
        response,
        &LoginsPage::new(staff.frame()?, events, PAGE_SIZE, filter, errors),
    )
}
