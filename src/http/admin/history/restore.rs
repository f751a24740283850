//! Restoring an earlier version of a listing, after a look at what that changes.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::domain::{
    EventId, HistoryEntry, Permission, Property, PropertyForm, PropertyId, Version,
};
use crate::http::AppError;
use crate::http::admin::listings::{filters, filters_of, find};
use crate::http::admin::see_other;
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::admin::{RestoreGonePage, RestorePage};
use crate::http::views::list_address::carrying;
use crate::http::views::page;
use crate::services::{Services, UpdateOutcome};

/// Which version of an entry: `before` it or `after` it.
#[derive(Deserialize)]
pub(in crate::http) struct Side {
    #[serde(default)]
    version: String,
}

/// `GET /admin/properties/{id}/history/{event}/restore/`
pub(in crate::http) async fn confirm(
    staff: Staff,
    path: web::Path<(i64, i64)>,
    side: web::Query<Side>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Change)?;
    let (entry, then) = version(&services, &path, &side.version).await?;
    let current = find(&services, path.0).await?;
    let (frame, state) = (staff.frame()?, filters_of(&request));
    let asked = RestorePage::new(frame, &current, entry, &side.version, &then, state);
    page(HttpResponse::Ok(), &asked)
}

/// `POST /admin/properties/{id}/history/{event}/restore/`
pub(in crate::http) async fn restore(
    staff: Staff,
    path: web::Path<(i64, i64)>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Change)?;
    let (id, event, side) = (PropertyId(path.0), EventId(path.1), fields.get("side"));
    let (entry, then) = version(&services, &path, side).await?;
    let new = then.parse().map_err(AppError::Invalid)?;
    let seen = Version(fields.get("version").parse().unwrap_or(0));
    let editor = &services.editor;
    match editor.revert(&staff.username, id, seen, event, new).await? {
        UpdateOutcome::Saved(saved) => {
            done(&staff, &saved, "was restored to the earlier version", &fields)
        }
        UpdateOutcome::Same(current) => done(&staff, &current, "already has these values", &fields),
        UpdateOutcome::Conflict(current) => changed(&staff, &current, entry, &then, &fields),
        UpdateOutcome::Gone | UpdateOutcome::Repeated => gone(&staff, id, &fields),
    }
}

/// The question again: the listing has changed since it was asked.
fn changed(
    staff: &Staff,
    current: &Property,
    entry: HistoryEntry,
    then: &PropertyForm,
    fields: &Fields,
) -> Result<HttpResponse, AppError> {
    let (frame, state) = (staff.frame()?, filters(fields));
    let notice = "The listing was changed after you opened this page, so nothing was restored. The changes \
    below are up to date.";
    let again = RestorePage::new(frame, current, entry, fields.get("side"), then, state);
    page(HttpResponse::Conflict(), &again.with_notice(notice))
}

fn gone(staff: &Staff, id: PropertyId, fields: &Fields) -> Result<HttpResponse, AppError> {
    let gone = RestoreGonePage { frame: staff.frame()?, id, filters: filters(fields) };
    page(HttpResponse::Conflict(), &gone)
}

/// An entry of a listing's history, and the listing before or after it.
async fn version(
    services: &Services,
    (id, event): &(i64, i64),
    side: &str,
) -> Result<(HistoryEntry, PropertyForm), AppError> {
    let entry = services.history.find(EventId(*event)).await?;
    let entry = entry.filter(|entry| entry.property == Some(PropertyId(*id)));
    let entry = entry.ok_or(AppError::NotFound)?;
    let state = match side {
        "before" => entry.before.clone(),
        _ => entry.after.clone(),
    };
    let state = state.ok_or(AppError::NotFound)?;
    Ok((entry, state))
}

fn done(
    staff: &Staff,
    property: &Property,
    what: &str,
    fields: &Fields,
) -> Result<HttpResponse, AppError> {
    staff.say("success", format!("“{}” {what}.", property.title))?;
    let history = format!("/admin/properties/{}/history/", property.id);
    Ok(see_other(&staff.way_on(carrying(&history, &filters(fields)))))
}
