//! Restores an earlier version of a listing, after showing what that changes.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::Deserialize;

use super::list_state::List;
use super::listings::find;
use super::see_other;
use crate::domain::{
    EventId, HistoryEntry, Permission, Property, PropertyForm, PropertyId, Version,
};
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::admin::{RestoreGonePage, RestorePage, changes_to};
use crate::http::views::list_address::carrying;
use crate::http::views::page;
use crate::http::{Answer, AppError};
use crate::services::UpdateOutcome;

/// The version to restore: `before` or `after` the entry.
#[derive(Deserialize)]
pub(super) struct Side {
    #[serde(default)]
    version: String,
}

/// `GET /admin/properties/{id}/history/{event}/restore/`
pub(super) async fn confirm(
    staff: Staff,
    path: web::Path<(i64, i64)>,
    side: web::Query<Side>,
    request: HttpRequest,
) -> Answer {
    staff.require(Permission::Change)?;
    let asked = asked_for(&staff, &path, &side.version).await?;
    let current = find(&staff, path.0).await?;
    let filters = List::Listings.state_of(&request);
    ask(HttpResponse::Ok(), &staff, &current, asked, filters, None)
}

/// `POST /admin/properties/{id}/history/{event}/restore/`
pub(super) async fn restore(
    staff: Staff,
    path: web::Path<(i64, i64)>,
    CheckedForm(fields): CheckedForm,
) -> Answer {
    staff.require(Permission::Change)?;
    let (id, event) = (PropertyId(path.0), EventId(path.1));
    let asked = asked_for(&staff, &path, fields.get("side")).await?;
    let new = asked.then.parse().map_err(AppError::Invalid)?;
    let seen = Version(fields.get("version").parse().unwrap_or(0));
    let editor = &staff.services.editor;
    match editor.revert(&staff.username, id, seen, event, new).await? {
        UpdateOutcome::Saved(saved) => {
            Ok(done(&staff, &saved, "was restored to the earlier version", &fields))
        }
        UpdateOutcome::Same(current) => {
            Ok(done(&staff, &current, "already has these values", &fields))
        }
        UpdateOutcome::Conflict(current) => {
            let notice = "The listing was changed after you opened this page, so nothing was restored. The changes \
            below are up to date.";
            let filters = List::Listings.state(&fields);
            ask(HttpResponse::Conflict(), &staff, &current, asked, filters, Some(notice))
        }
        UpdateOutcome::Gone | UpdateOutcome::Repeated => {
            let filters = List::Listings.state(&fields);
            page(HttpResponse::Conflict(), &RestoreGonePage { frame: staff.frame(), id, filters })
        }
    }
}

/// The requested version.
struct Asked {
    entry: HistoryEntry,
    side: String,
    /// The listing at that version.
    then: PropertyForm,
}

async fn asked_for(staff: &Staff, (id, event): &(i64, i64), side: &str) -> Result<Asked, AppError> {
    let entry = staff.services.history.find(EventId(*event)).await?;
    let entry = entry.filter(|entry| entry.property == Some(PropertyId(*id)));
    let entry = entry.ok_or(AppError::NotFound)?;
    let then = if side == "before" { entry.before.clone() } else { entry.after.clone() };
    Ok(Asked { entry, side: side.to_owned(), then: then.ok_or(AppError::NotFound)? })
}

/// The confirmation page.
fn ask(
    response: HttpResponseBuilder,
    staff: &Staff,
    current: &Property,
    Asked { entry, side, then }: Asked,
    filters: String,
    notice: Option<&'static str>,
) -> Answer {
    let (id, version, changes) = (current.id, current.version(), changes_to(current, &then));
    let frame = staff.frame();
    page(response, &RestorePage { frame, id, entry, side, version, changes, notice, filters })
}

fn done(staff: &Staff, property: &Property, what: &str, fields: &Fields) -> HttpResponse {
    staff.say("success", format!("“{}” {what}.", property.title));
    let history = format!("/admin/properties/{}/history/", property.id);
    see_other(&staff.way_on(carrying(&history, &List::Listings.state(fields))))
}
