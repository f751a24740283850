//! Undoing a deletion, of one listing or of all that went with it.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::{DeletedListing, EventId, Permission, PropertyId};
use crate::http::AppError;
use crate::http::admin::listings::{filters, filters_of, list_address};
use crate::http::admin::see_other;
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::admin::UndoPage;
use crate::http::views::list_address::{FILTERS, carrying};
use crate::http::views::page;
use crate::services::{MAX_UNDONE, Services, UndoOutcome};

/// `GET /admin/history/{event}/undo/`: for those who may also look at listings, for it shows what was deleted.
pub(in crate::http) async fn confirm(
    staff: Staff,
    event: web::Path<i64>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Add)?;
    staff.require(Permission::View)?;
    let asked = asked(&staff, EventId(*event), &services, filters_of(&request)).await?;
    page(HttpResponse::Ok(), &asked)
}

/// `POST /admin/history/{event}/undo/`: of everything that was deleted together, or with `only` of the event's own.
pub(in crate::http) async fn undo(
    staff: Staff,
    event: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Add)?;
    let (event, only) = (EventId(*event), fields.has("only"));
    let undone = services.editor.undo(&staff.username, event, only).await?;
    if let UndoOutcome::Restored(count) = undone {
        let deleted = services.history.deletions(event, only).await?;
        return restored(&staff, &fields, &deleted, count);
    }
    let problem = problem(&undone).ok_or(AppError::NotFound)?;
    refused(&staff, event, &fields, problem, &services).await
}

/// Why nothing was restored; `None` where there is no such deletion.
fn problem(undone: &UndoOutcome) -> Option<String> {
    match undone {
        UndoOutcome::Taken(ids) => Some(taken(ids)),
        UndoOutcome::TooMany => {
            Some("Nothing was restored: at most 1,000 listings can be restored at once.".into())
        }
        UndoOutcome::Restored(_) | UndoOutcome::Unknown => None,
    }
}

/// The question again, for those who may see what was deleted.
async fn refused(
    staff: &Staff,
    event: EventId,
    fields: &Fields,
    problem: String,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    if !staff.may(Permission::View) {
        return Err(AppError::Conflict(problem));
    }
    let asked = asked(staff, event, services, filters(fields)).await?;
    let problem = Some(problem);
    page(HttpResponse::Conflict(), &UndoPage { problem, ..asked })
}

async fn asked(
    staff: &Staff,
    event: EventId,
    services: &Services,
    filters: String,
) -> Result<UndoPage, AppError> {
    let deleted = services.history.deletions(event, false).await?;
    let own = services.history.deletions(event, true).await?;
    if deleted.is_empty() {
        return Err(AppError::NotFound);
    }
    Ok(UndoPage {
        frame: staff.frame()?,
        event,
        too_many: i64::try_from(deleted.len()).is_ok_and(|count| count > MAX_UNDONE),
        deleted,
        own: own.into_iter().next(),
        problem: None,
        filters,
    })
}

/// Says what is back, and leads to where it was asked for: the list, the listing's history, or the history of all.
fn restored(
    staff: &Staff,
    fields: &Fields,
    deleted: &[DeletedListing],
    count: usize,
) -> Result<HttpResponse, AppError> {
    let (text, history) = match deleted {
        [one] => (back(staff, one), format!("/admin/properties/{}/history/", one.id)),
        _ => (format!("{count} listings were restored."), "/admin/history/".to_owned()),
    };
    staff.say("success", text)?;
    let address = match fields.has(FILTERS) && !fields.has("_history") {
        true => list_address(fields),
        false => carrying(&history, &filters(fields)),
    };
    Ok(see_other(&staff.way_on(address)))
}

/// The message after one listing was restored. Users who may not view listings are not told its title.
fn back(staff: &Staff, listing: &DeletedListing) -> String {
    match staff.may(Permission::View) {
        true => format!("“{}” was restored.", listing.title),
        false => "The listing was restored.".to_owned(),
    }
}

fn taken(ids: &[PropertyId]) -> String {
    let shown: Vec<_> = ids.iter().take(10).map(ToString::to_string).collect();
    let more = match ids.len() > shown.len() {
        true => format!(" and {} more", ids.len() - shown.len()),
        false => String::new(),
    };
    format!(
        "Nothing was restored, because other listings now have the same numbers: {}{more}.",
        shown.join(", ")
    )
}
