//! Views: the data of templates. There is one module per folder of `templates/`.

pub(super) mod admin;
pub(super) mod alerts;
pub(super) mod errors;
mod facade;
mod filters;
pub(super) mod frame;
pub(super) mod list_address;
pub(super) mod listings;
pub(super) mod machines;
pub(super) mod management;
mod pager;
pub(super) mod picture;
pub(super) mod stale;
mod xml;

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

use super::Answer;
use crate::domain::FieldErrors;
pub(super) use filters::grouped;

/// Renders a template into a response.
pub(super) fn page(mut response: HttpResponseBuilder, template: &impl Template) -> Answer {
    let body = template.render()?;
    Ok(response.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).body(body))
}

/// Renders a form into a response, or into another one if its fields are invalid.
pub(super) fn form_page(
    errors: &FieldErrors,
    wrong: HttpResponseBuilder,
    template: &impl Template,
) -> Answer {
    page(if errors.is_empty() { HttpResponse::Ok() } else { wrong }, template)
}
