//! The page that a form would become, before it is saved.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::answers;
use super::sent::Sent;
use crate::domain::PropertyId;
use crate::http::staff::Staff;
use crate::http::views::listings::{DetailPage, Preview};
use crate::http::views::page;
use crate::http::{AppError, Site};
use crate::services::Services;

/// The public page of a listing as it was typed. It is read past all caches, and nobody keeps it.
pub(super) async fn show(
    staff: &Staff,
    sent: &Sent,
    services: &Services,
    site: &Site,
) -> Result<HttpResponse, AppError> {
    let new = match sent.form.parse() {
        Ok(new) => new,
        Err(errors) => return answers::refused(staff, services, sent.again(), errors).await,
    };
    let now = chrono::Utc::now();
    let (id, created_at) = match sent.id {
        None => (PropertyId(0), now),
        Some(id) => match services.listings.find_uncached(id).await {
            Ok(Some(property)) => (id, property.created_at),
            Ok(None) => return answers::gone(staff, sent, id, services).await,
            Err(err) => return answers::failed(staff, services, sent.again(), err).await,
        },
    };
    let property = new.as_property(id, created_at, now);
    let view = match services.listings.preview(property).await {
        Ok(view) => view,
        Err(err) => return answers::failed(staff, services, sent.again(), err).await,
    };
    let preview = Preview {
        csrf_token: staff.frame()?.csrf_token,
        fields: sent.carried(),
        id: sent.id,
    };
    let mut response = HttpResponse::Ok();
    let hidden = HeaderValue::from_static("noindex");
    response.insert_header((HeaderName::from_static("x-robots-tag"), hidden));
    page(response, &DetailPage::preview(&view, &site.url, preview))
}
