//! Deleting one listing, after a look at it.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::form::find;
use super::list_address::{filters, filters_of, list_address};
use crate::domain::{Permission, Property, Version};
use crate::http::AppError;
use crate::http::admin::see_other;
use crate::http::forms::SentForm;
use crate::http::staff::Staff;
use crate::http::views::admin::DeletePage;
use crate::http::views::page;
use crate::services::{DeleteOutcome, Services};

/// `GET /admin/properties/{id}/delete/`
pub(in crate::http) async fn confirm_delete(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Delete)?;
    let property = find(&services, *id).await?;
    let filters = filters_of(&request);
    ask(HttpResponse::Ok(), &staff, property, filters, None)
}

/// `POST /admin/properties/{id}/delete/`: of the version that was shown, where the form names one.
pub(in crate::http) async fn delete(
    staff: Staff,
    id: web::Path<i64>,
    form: SentForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Delete)?;
    let (fields, is_outdated) = form.into_parts();
    let property = find(&services, *id).await?;
    let filters = filters(&fields);
    if is_outdated {
        let notice = staff.outdated("Check the listing again, then confirm");
        let response = HttpResponse::Forbidden();
        return ask(response, &staff, property, filters, Some(notice));
    }
    let seen = fields.has("version");
    let seen = seen.then(|| Version(fields.get("version").parse().unwrap_or(0)));
    let editor = &services.editor;
    let title = &property.title;
    match editor.delete_seen(&staff.username, property.id, seen).await? {
        DeleteOutcome::Deleted(event) => {
            staff.say_undoable(format!("“{title}” was deleted."), event, filters)?;
        }
        DeleteOutcome::Gone => {
            staff.say("warning", format!("“{title}” had already been deleted."))?
        }
        DeleteOutcome::Changed(current) => {
            let notice = "Nothing was deleted, because the listing was changed after you opened this page. \
            Please check it again.";
            let response = HttpResponse::Conflict();
            return ask(response, &staff, current, filters, Some(notice.to_owned()));
        }
    }
    Ok(see_other(&staff.way_on(list_address(&fields))))
}

/// The question before a listing is deleted.
fn ask(
    response: HttpResponseBuilder,
    staff: &Staff,
    property: Property,
    filters: String,
    notice: Option<String>,
) -> Result<HttpResponse, AppError> {
    let asked = DeletePage { frame: staff.frame()?, property, filters, notice };
    page(response, &asked)
}
