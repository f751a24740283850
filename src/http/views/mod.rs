//! Views: what each template is given. One module per folder of `templates/`.

pub(super) mod admin;
pub(super) mod errors;
mod facade;
mod filters;
pub(super) mod frame;
pub(super) mod list_address;
pub(super) mod listings;
pub(super) mod machines;
pub(super) mod management;
mod pager;
pub(super) mod stale;
mod xml;

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

use super::AppError;
pub(super) use filters::grouped;

/// Renders a template into a response.
pub(super) fn page(
    mut response: HttpResponseBuilder,
    template: &impl Template,
) -> Result<HttpResponse, AppError> {
    let body = template.render()?;
    Ok(response.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).body(body))
}
