//! Undoes the deletion of one listing, or of all that were deleted together.

use actix_web::{HttpRequest, HttpResponse, web};

use super::list_state::List;
use super::see_other;
use crate::domain::{DeletedListing, EventId, Permission, PropertyId, first_of};
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::admin::UndoPage;
use crate::http::views::list_address::{FILTERS, carrying};
use crate::http::views::page;
use crate::http::{Answer, AppError};
use crate::services::{MAX_UNDONE, UndoOutcome};

/// `GET /admin/history/{event}/undo/`: requires the permission to view listings, because it shows them.
pub(super) async fn confirm(staff: Staff, event: web::Path<i64>, request: HttpRequest) -> Answer {
    staff.require(Permission::Add)?;
    staff.require(Permission::View)?;
    let filters = List::Listings.state_of(&request);
    page(HttpResponse::Ok(), &question(&staff, EventId(*event), None, filters).await?)
}

/// `POST /admin/history/{event}/undo/`: restores everything that was deleted together; with `only`, just the event's
/// own listing.
pub(super) async fn undo(
    staff: Staff,
    event: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
) -> Answer {
    staff.require(Permission::Add)?;
    let (event, only) = (EventId(*event), fields.has("only"));
    let problem = match staff.services.editor.undo(&staff.username, event, only).await? {
        UndoOutcome::Restored(count) => {
            let deleted = staff.services.history.deletions(event, only).await?;
            return Ok(restored(&staff, &fields, &deleted, count));
        }
        UndoOutcome::Taken(ids) => taken(&ids),
        UndoOutcome::TooMany => {
            "Nothing was restored: at most 1,000 listings can be restored at once.".to_owned()
        }
        UndoOutcome::Unknown => return Err(AppError::NotFound),
    };
    if !staff.may(Permission::View) {
        return Err(AppError::Conflict(problem));
    }
    let again = question(&staff, event, Some(problem), List::Listings.state(&fields)).await?;
    page(HttpResponse::Conflict(), &again)
}

async fn question(
    staff: &Staff,
    event: EventId,
    problem: Option<String>,
    filters: String,
) -> Result<UndoPage, AppError> {
    let deleted = staff.services.history.deletions(event, false).await?;
    let own = staff.services.history.deletions(event, true).await?.into_iter().next();
    if deleted.is_empty() {
        return Err(AppError::NotFound);
    }
    let too_many = i64::try_from(deleted.len()).is_ok_and(|count| count > MAX_UNDONE);
    Ok(UndoPage { frame: staff.frame(), event, deleted, own, too_many, problem, filters })
}

/// Reports what was restored, and redirects to the page that the user came from: the list, the listing's history, or
/// the whole history. Users who may not view listings see no title.
fn restored(
    staff: &Staff,
    fields: &Fields,
    deleted: &[DeletedListing],
    count: usize,
) -> HttpResponse {
    let (text, history) = match deleted {
        [one] => {
            let text = match staff.may(Permission::View) {
                true => format!("“{}” was restored.", one.title),
                false => "The listing was restored.".to_owned(),
            };
            (text, format!("/admin/properties/{}/history/", one.id))
        }
        _ => (format!("{count} listings were restored."), "/admin/history/".to_owned()),
    };
    staff.say("success", text);
    let address = match fields.has(FILTERS) && !fields.has("_history") {
        true => List::Listings.address(fields),
        false => carrying(&history, &List::Listings.state(fields)),
    };
    see_other(&staff.way_on(address))
}

fn taken(ids: &[PropertyId]) -> String {
    let numbers = first_of(ids.iter().map(ToString::to_string), 10);
    format!("Nothing was restored, because other listings now have the same numbers: {numbers}.")
}
