//! Restoring a listing that was deleted while a user edited it.

use actix_web::web;

use super::conflict::compare;
use super::outcome::{Outcome, answer, check};
use super::sent::Sent;
use crate::domain::{Permission, PropertyId, Version};
use crate::http::forms::SentForm;
use crate::http::staff::Staff;
use crate::http::{Answer, Site};
use crate::services::RestoreOutcome;

/// `POST /admin/properties/{id}/restore/`: under its old number, as it was typed.
pub(in crate::http::admin) async fn restore(
    staff: Staff,
    id: web::Path<i64>,
    form: SentForm,
    site: web::Data<Site>,
) -> Answer {
    let id = PropertyId(*id);
    let sent = Sent { restores: Some(id), ..Sent::of(form, None) };
    let (Ok(outcome) | Err(outcome)) = reconnect(&staff, &sent, id).await;
    answer(outcome, &staff, &sent, &site).await
}

async fn reconnect(staff: &Staff, sent: &Sent, id: PropertyId) -> Result<Outcome, Outcome> {
    check(staff, sent, Permission::Add)?;
    let new = sent.form.parse()?;
    let restored = staff.services.editor.restore(&staff.username, id, new.clone());
    if let RestoreOutcome::Restored(property) = restored.await? {
        let text = format!("“{}” was restored.", property.title);
        return Ok(Outcome::Saved(id, text));
    }
    // Another user restored it, or the history does not contain it.
    match staff.services.listings.find_uncached(id).await? {
        None => Ok(Outcome::NotKept),
        Some(current) if new.is(&current) => Ok(Outcome::Repeated(id)),
        Some(current) => {
            staff.require(Permission::View).map_err(Outcome::Error)?;
            let both = compare(staff, sent, &current, Version(0)).await?;
            Ok(Outcome::Conflict(Box::new(both)))
        }
    }
}
