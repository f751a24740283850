//! Restoring an earlier version of a listing, after a look at what that changes.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::domain::{
    EventId, HistoryEntry, Permission, Property, PropertyForm, PropertyId, Version,
};
use crate::http::AppError;
use crate::http::admin::listings::find;
use crate::http::admin::request::CheckedForm;
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::RestorePage;
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
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Change)?;
    let (entry, then) = version(&services, &path, &side.version).await?;
    let current = find(&services, path.0).await?;
    let asked = RestorePage::new(staff.frame()?, &current, entry, &side.version, &then);
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
        UpdateOutcome::Saved(saved) => done(&staff, &saved, "has its earlier version back"),
        UpdateOutcome::Same(current) => done(&staff, &current, "is like that already"),
        UpdateOutcome::Conflict(current) => {
            let frame = staff.frame()?;
            let notice = "Somebody changed the listing after you opened this page, so nothing was restored. This is \
                what would change now.";
            let again = RestorePage::new(frame, &current, entry, side, &then).with_notice(notice);
            page(HttpResponse::Conflict(), &again)
        }
        UpdateOutcome::Gone | UpdateOutcome::Repeated => Err(AppError::Conflict(
            "The listing has been deleted meanwhile. Its history offers to restore it first."
                .into(),
        )),
    }
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

fn done(staff: &Staff, property: &Property, what: &str) -> Result<HttpResponse, AppError> {
    staff.say("success", format!("“{}” {what}.", property.title))?;
    Ok(see_other(&format!(
        "/admin/properties/{}/history/",
        property.id
    )))
}
