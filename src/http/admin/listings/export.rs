//! Exports listings as a file: the selected ones, or all that match.

use actix_web::http::Method;
use actix_web::http::header::{self, ContentDisposition, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use chrono::Utc;
use futures_util::StreamExt as _;

use super::chosen::Chosen;
use super::index::refused;
use crate::domain::{AdminListQuery, Permission, Selection};
use crate::http::forms::Fields;
use crate::http::staff::Staff;
use crate::http::{Answer, AppError};
use crate::services::fixtures::Format;

/// `GET /admin/properties/export/`: the list's own query, with `format=` and the name of a format.
pub(in crate::http::admin) async fn show(staff: Staff, request: HttpRequest) -> Answer {
    staff.require(Permission::View)?;
    let text = request.query_string();
    let format = Fields::parse(text.as_bytes()).get("format").to_owned();
    let format = named(&format)?;
    match AdminListQuery::parse(text) {
        // Nothing is read for an answer without a body.
        Ok(_) if request.method() == Method::HEAD => Ok(headers_of(format).finish()),
        Ok(list) => file(&staff, list, None, format).await,
        Err(errors) => refused(&staff, text, errors).await,
    }
}

/// The format of a name. Staff open CSV in spreadsheets.
pub(super) fn named(name: &str) -> Result<Format, AppError> {
    match name.parse() {
        Ok(Format::Csv) => Ok(Format::Sheet),
        format => format.map_err(AppError::BadRequest),
    }
}

/// The listings that a form names; all that match where it names none.
pub(super) async fn send(staff: &Staff, chosen: Chosen, format: Format) -> Answer {
    let list = chosen.list.ok_or_else(|| {
        AppError::BadRequest("The filter can’t be read. Go back to the list and try again.".into())
    })?;
    file(staff, list, chosen.listings.map(|(_, selection)| selection), format).await
}

async fn file(
    staff: &Staff,
    list: AdminListQuery,
    selection: Option<Selection>,
    format: Format,
) -> Answer {
    let selection = selection.unwrap_or(Selection::Matching(list.filter));
    let (services, site_url) = (&staff.services, staff.services.links.url());
    let pieces = services.editor.export(selection, list.order, format, site_url).await?;
    Ok(headers_of(format).streaming(pieces.map(|piece| piece.map(Bytes::from))))
}

/// The response headers of a file.
fn headers_of(format: Format) -> HttpResponseBuilder {
    let name = format!("listings-{}.{}", Utc::now().date_naive(), format.extension());
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(format.media_type())))
        .insert_header(ContentDisposition::attachment(name));
    response
}
