//! Bringing a listing back that was deleted while a user edited it.

use actix_web::{HttpResponse, web};

use super::sent::Sent;
use super::{answers, conflict};
use crate::domain::{NewProperty, Permission, PropertyId, Version};
use crate::http::AppError;
use crate::http::admin::see_other;
use crate::http::forms::SentForm;
use crate::http::staff::Staff;
use crate::services::{RestoreOutcome, Services};

/// `POST /admin/properties/{id}/restore/`: under its old number, as it was typed.
pub(in crate::http) async fn restore(
    staff: Staff,
    id: web::Path<i64>,
    form: SentForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let (id, sent) = (PropertyId(*id), Sent::received(form, None));
    let again = || sent.again().with_gone(id);
    let refused = answers::not_taken(&staff, &sent, Permission::Add, again(), &services);
    if let Some(refused) = refused.await? {
        return Ok(refused);
    }
    match sent.form.parse() {
        Ok(new) => bring_back(&staff, &sent, id, new, &services).await,
        Err(errors) => answers::refused(&staff, &services, again(), errors).await,
    }
}

async fn bring_back(
    staff: &Staff,
    sent: &Sent,
    id: PropertyId,
    new: NewProperty,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    match services.editor.restore(&staff.username, id, new).await {
        Ok(RestoreOutcome::Restored(property)) => {
            staff.say("success", format!("“{}” was restored.", property.title))?;
            Ok(see_other(&sent.next(staff, id)))
        }
        Ok(RestoreOutcome::Taken) => taken(staff, sent, id, services).await,
        Err(err) => answers::failed(staff, services, sent.again().with_gone(id), err).await,
    }
}

/// The answer when nothing was restored: another user restored the listing, or the log does not have it.
async fn taken(
    staff: &Staff,
    sent: &Sent,
    id: PropertyId,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    match services.listings.find_uncached(id).await {
        Ok(Some(current)) if sent.form.parse().is_ok_and(|new| new.is(&current)) => {
            answers::repeated(staff, sent, id)
        }
        Ok(Some(current)) => {
            staff.require(Permission::View)?;
            conflict::show(staff, sent, &current, Version(0), services).await
        }
        Ok(None) => answers::not_kept(staff, sent, services).await,
        Err(err) => answers::failed(staff, services, sent.again().with_gone(id), err).await,
    }
}
