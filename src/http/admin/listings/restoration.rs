//! Bringing a listing back that was deleted while somebody edited it.

use actix_web::{HttpResponse, web};

use super::sent::Sent;
use super::{answers, conflict};
use crate::domain::{Permission, PropertyId, Version};
use crate::http::AppError;
use crate::http::admin::request::CheckedForm;
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::services::{RestoreOutcome, Services};

/// `POST /admin/properties/{id}/restore/`: under its old number, as it was typed.
pub(in crate::http) async fn restore(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Add)?;
    let id = PropertyId(*id);
    let sent = Sent::of(fields, None);
    let again = || sent.again().with_gone(id);
    let new = match sent.form.parse() {
        Ok(new) => new,
        Err(errors) => return answers::refused(&staff, &services, again(), errors).await,
    };
    match services.editor.restore(&staff.username, id, new).await {
        Ok(RestoreOutcome::Restored(property)) => {
            staff.say("success", format!("“{}” is back.", property.title))?;
            Ok(see_other(&sent.next(&staff, id)))
        }
        Ok(RestoreOutcome::Taken) => match services.listings.find_uncached(id).await? {
            Some(current) if sent.form.parse().is_ok_and(|new| new.is(&current)) => {
                answers::repeated(&staff, &sent, id)
            }
            Some(current) => {
                staff.require(Permission::View)?;
                conflict::show(&staff, &sent, &current, Version(0), &services).await
            }
            None => Err(AppError::NotFound),
        },
        Err(err) => answers::failed(&staff, &services, again(), err).await,
    }
}
