//! The status of one listing, changed by one click and changed back by another.

use actix_web::web;

use crate::domain::{FieldErrors, Permission, PropertyId, Status};
use crate::http::admin::list_state::List;
use crate::http::admin::see_other;
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::list_address::carrying;
use crate::http::{Answer, AppError};

/// `POST /admin/properties/{id}/status/`: with `set_status`; leads back to the list whose state the form carries, or to the
/// listing.
pub(in crate::http::admin) async fn set(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
) -> Answer {
    staff.require(Permission::Change)?;
    let id = PropertyId(*id);
    let status = parse(&fields, "set_status").map_err(AppError::Invalid)?;
    let set = staff.services.editor.set_status(&staff.username, id, status).await?;
    let (title, was) = set.ok_or(AppError::NotFound)?;
    let label = status.label();
    match was == status {
        true => staff.say("success", format!("“{title}” already had the status “{label}”.")),
        false => {
            let text = format!("The status of “{title}” is now “{label}”.");
            staff.say_status(text, id, was, List::Listings.state(&fields));
        }
    }
    let address = match fields.has("_listing") {
        true => {
            carrying(&format!("/admin/properties/{id}/change/"), &List::Listings.state(&fields))
        }
        false => List::Listings.address(&fields),
    };
    Ok(see_other(&staff.way_on(address)))
}

/// The status in a field of a form.
pub(super) fn parse(fields: &Fields, name: &'static str) -> Result<Status, FieldErrors> {
    Status::parse(fields.get(name), |_| true).map_err(|err| FieldErrors::of(name, err))
}
