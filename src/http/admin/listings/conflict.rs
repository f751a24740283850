//! A listing that was changed elsewhere while it was edited: both versions, field by field, to be brought together.

use actix_web::{HttpResponse, HttpResponseBuilder};

use super::answers;
use super::sent::{Sent, digest};
use crate::domain::{Author, Property, PropertyForm, PropertyId, Version, merge};
use crate::http::AppError;
use crate::http::staff::Staff;
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
    let current = match services.listings.find_uncached(id).await {
        Ok(Some(current)) => current,
        Ok(None) => return answers::gone(staff, sent, id, services).await,
        Err(err) => return answers::failed(staff, services, sent.again(), err).await,
    };
    let response = HttpResponse::UnprocessableEntity();
    both(response, staff, sent, &current, sent.seen(), services).await
}

async fn both(
    response: HttpResponseBuilder,
    staff: &Staff,
    sent: &Sent,
    current: &Property,
    seen: Version,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let origin = services.history.origin(current.id, seen, current.version());
    let origin = match origin.await {
        Ok(origin) => origin,
        Err(err) => {
            let again = sent.again_of(current.id, seen);
            return answers::failed(staff, services, again, err).await;
        }
    };
    let now = PropertyForm::of(current);
    let fields = merge(origin.state.as_ref(), &now, &sent.form);
    let digests = fields.iter().map(|field| digest(&field.mine)).collect();
    let state = ConflictState {
        id: current.id,
        version: current.version(),
        base_version: seen,
        once: sent.once(),
        filters: sent.filters(),
        // Of a change of many listings at once, the log does not tell who changed this one.
        author: match &origin.latest {
            Some(latest) if seen == Version(0) => {
                Author::among([latest.actor.clone()], &staff.username)
            }
            Some(_) => Author::among(origin.actors, &staff.username),
            None => Author::Unknown,
        },
        latest: origin.latest,
        places: answers::places(services).await,
        contradictions: sent.contradictions.clone(),
    };
    let chosen = |field: &str| match sent.contradictions.is_empty() {
        true => None,
        false => Some(sent.fields.get(&format!("choose_{field}")).to_owned()),
    };
    let frame = staff.frame()?;
    let both = ConflictPage::new(frame, state, fields, digests, chosen);
    page(response, &both)
}
