//! The page that a form would become, before it is saved.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::sent::Sent;
use crate::http::staff::Staff;
use crate::http::views::listings::{DetailPage, Preview};
use crate::http::views::page;
use crate::http::{AppError, Site};
use crate::services::DetailView;

/// The public page of a listing as it was typed.
pub(super) fn show(
    staff: &Staff,
    sent: &Sent,
    view: &DetailView,
    site: &Site,
) -> Result<HttpResponse, AppError> {
    let preview =
        Preview { csrf_token: staff.frame()?.csrf_token, fields: sent.carried(), id: sent.id };
    let mut response = HttpResponse::Ok();
    let hidden = HeaderValue::from_static("noindex");
    response.insert_header((HeaderName::from_static("x-robots-tag"), hidden));
    page(response, &DetailPage::preview(view, &site.url, preview))
}
