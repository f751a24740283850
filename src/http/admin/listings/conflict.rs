//! A listing that somebody else changed while it was edited: both versions, field by field, to be brought together.

use actix_web::{HttpResponse, HttpResponseBuilder};

use super::answers;
use super::sent::{Sent, digest};
use crate::domain::{Property, PropertyForm, PropertyId, Version, merge};
use crate::http::AppError;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::{ConflictPage, ConflictState};
use crate::http::views::page;
use crate::services::Services;

/// Both versions, of which what was typed started from `seen`.
pub(super) async fn show(
    staff: &Staff,
    sent: &Sent,
    current: &Property,
    seen: Version,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let response = HttpResponse::Conflict();
    both(response, staff, sent, current, seen, services).await
}

/// The page again, for somebody who chose the other version of a field and edited their own as well.
pub(super) async fn contradicted(
    staff: &Staff,
    sent: &Sent,
    id: PropertyId,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let Some(current) = services.listings.find_uncached(id).await? else {
        return answers::gone(staff, sent, id, services).await;
    };
    let seen = sent.version("base_version").unwrap_or(Version(0));
    let response = HttpResponse::UnprocessableEntity();
    both(response, staff, sent, &current, seen, services).await
}

async fn both(
    response: HttpResponseBuilder,
    staff: &Staff,
    sent: &Sent,
    current: &Property,
    seen: Version,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let origin = services.history.origin(current.id, seen).await?;
    let is_again = !sent.contradictions.is_empty();
    let mine = match is_again {
        true => sent.typed(),
        false => sent.form.clone(),
    };
    let fields = merge(origin.state.as_ref(), &PropertyForm::of(current), &mine);
    let digests = fields.each_ref().map(|field| digest(&field.mine));
    let state = ConflictState {
        frame: staff.frame()?,
        id: current.id,
        version: current.version(),
        base_version: seen,
        once: sent.once(),
        filters: sent.filters(),
        latest: origin.latest,
        places: answers::places(services).await,
        contradictions: sent.contradictions.clone(),
    };
    let chosen = |field: &str| match is_again {
        true => Some(sent.fields.get(&format!("choose_{field}")).to_owned()),
        false => None,
    };
    page(response, &ConflictPage::new(state, fields, digests, chosen))
}
