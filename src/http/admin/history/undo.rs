//! Undoing a deletion, of one listing or of all that went with it.

use actix_web::{HttpResponse, web};

use crate::domain::{DeletedListing, EventId, Permission, PropertyId};
use crate::http::AppError;
use crate::http::admin::listings::list_address;
use crate::http::admin::request::{CheckedForm, Fields};
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::UndoPage;
use crate::http::views::page;
use crate::services::{MAX_UNDONE, Services, UndoOutcome};

/// `GET /admin/history/{event}/undo/`
pub(in crate::http) async fn confirm(
    staff: Staff,
    event: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Add)?;
    let asked = asked(&staff, EventId(*event), &services, None).await?;
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
    let problem = match services.editor.undo(&staff.username, event, only).await? {
        UndoOutcome::Restored(count) => {
            let deleted = services.history.deletions(event, only).await?;
            return restored(&staff, &fields, &deleted, count);
        }
        UndoOutcome::Taken(ids) => taken(&ids),
        UndoOutcome::TooMany => {
            "Nothing was restored: that is more than is restored at once.".into()
        }
        UndoOutcome::Unknown => return Err(AppError::NotFound),
    };
    let again = asked(&staff, event, &services, Some(problem)).await?;
    page(HttpResponse::Conflict(), &again)
}

async fn asked(
    staff: &Staff,
    event: EventId,
    services: &Services,
    problem: Option<String>,
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
        problem,
    })
}

/// Says what is back, and leads to where it was asked for: the list, the listing's history, or everybody's.
fn restored(
    staff: &Staff,
    fields: &Fields,
    deleted: &[DeletedListing],
    count: usize,
) -> Result<HttpResponse, AppError> {
    let (text, address) = match deleted {
        [one] => (
            format!("“{}” is back.", one.title),
            format!("/admin/properties/{}/history/", one.id),
        ),
        _ => (
            format!("{count} listings are back."),
            "/admin/history/".to_owned(),
        ),
    };
    staff.say("success", text)?;
    let address = match fields.has("_changelist_filters") {
        true => list_address(fields),
        false => address,
    };
    Ok(see_other(&staff.way_on(address)))
}

fn taken(ids: &[PropertyId]) -> String {
    let shown: Vec<_> = ids.iter().take(10).map(ToString::to_string).collect();
    let more = match ids.len() > shown.len() {
        true => format!(" and {} more", ids.len() - shown.len()),
        false => String::new(),
    };
    format!(
        "Nothing was restored, because there are other listings with the same numbers now: {}{more}.",
        shown.join(", ")
    )
}
