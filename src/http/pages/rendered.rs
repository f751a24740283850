//! Rendered bodies with their types, before a cache policy is attached.

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use askama::Template;
use serde::Serialize;

use crate::cache::Rendered;
use crate::http::AppError;

/// An HTML page.
pub(super) fn html(template: &impl Template) -> Result<Rendered, AppError> {
    text("text/html; charset=utf-8", template)
}

/// An XML document of the sitemap.
pub(super) fn xml(template: &impl Template) -> Result<Rendered, AppError> {
    text("application/xml; charset=utf-8", template)
}

/// A text with another type.
pub(super) fn text(
    content_type: &'static str,
    template: &impl Template,
) -> Result<Rendered, AppError> {
    Ok(rendered(content_type, template.render()?.into()))
}

/// A JSON document.
pub(super) fn json(value: &impl Serialize) -> Result<Rendered, AppError> {
    let body = serde_json::to_vec(value).map_err(|err| AppError::Fault(err.to_string()))?;
    Ok(rendered("application/json", body.into()))
}

fn rendered(content_type: &'static str, body: Bytes) -> Rendered {
    Rendered { content_type: HeaderValue::from_static(content_type), body, policy: None }
}
