//! A listing that was changed elsewhere while it was edited: both versions, field by field, to be brought together.

use actix_web::HttpResponse;

use super::sent::{Sent, digest};
use crate::domain::{Author, MergedField, Property, PropertyForm, PropertyId, Version, merge};
use crate::http::Answer;
use crate::http::staff::Staff;
use crate::http::views::admin::{ConflictPage, ConflictState};
use crate::http::views::page;
use crate::services::ServiceError;

/// Both versions of a listing, compared field by field.
pub(super) struct Both {
    state: ConflictState,
    fields: Vec<MergedField>,
}

/// Why two versions can't be compared: the history can't be read.
pub(super) struct NotCompared {
    pub(super) id: PropertyId,
    /// The version that was edited.
    pub(super) seen: Version,
    pub(super) err: ServiceError,
}

/// Compares a listing with a form that was edited from the version `seen`.
///
/// # Errors
/// [`NotCompared`] when the database can't answer.
pub(super) async fn compare(
    staff: &Staff,
    sent: &Sent,
    current: &Property,
    seen: Version,
) -> Result<Both, NotCompared> {
    let id = current.id;
    let origin = Box::pin(staff.services.history.origin(id, seen, current.version())).await;
    let origin = origin.map_err(|err| NotCompared { id, seen, err })?;
    let now = PropertyForm::of(current);
    let fields = merge(origin.state.as_ref(), &now, &sent.form);
    let state = ConflictState {
        id,
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
        places: Vec::new(),
        contradictions: sent.contradictions.clone(),
    };
    Ok(Both { state, fields })
}

impl Both {
    /// The page with both versions, with places to choose from.
    pub(super) fn show(mut self, staff: &Staff, sent: &Sent, places: Vec<String>) -> Answer {
        self.state.places = places;
        let is_contradicted = !sent.contradictions.is_empty();
        let chosen = |field: &str| {
            is_contradicted.then(|| sent.fields.get(&format!("choose_{field}")).to_owned())
        };
        let digests = self.fields.iter().map(|field| digest(&field.mine)).collect();
        let both = ConflictPage::new(staff.frame(), self.state, self.fields, digests, chosen);
        let response = match is_contradicted {
            true => HttpResponse::UnprocessableEntity(),
            false => HttpResponse::Conflict(),
        };
        page(response, &both)
    }
}
