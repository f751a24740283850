//! Deletes one listing, after a confirmation.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::form::find;
use crate::domain::{Permission, Property, Version};
use crate::http::Answer;
use crate::http::admin::list_state::List;
use crate::http::admin::see_other;
use crate::http::forms::SentForm;
use crate::http::staff::Staff;
use crate::http::views::admin::DeletePage;
use crate::http::views::page;
use crate::services::DeleteOutcome;

/// `GET /admin/properties/{id}/delete/`
pub(in crate::http::admin) async fn confirm(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
) -> Answer {
    staff.require(Permission::Delete)?;
    let property = find(&staff, *id).await?;
    ask(HttpResponse::Ok(), &staff, property, List::Listings.state_of(&request), None)
}

/// `POST /admin/properties/{id}/delete/`: of the version that was shown, where the form names one.
pub(in crate::http::admin) async fn delete(
    staff: Staff,
    id: web::Path<i64>,
    SentForm { fields, is_outdated }: SentForm,
) -> Answer {
    staff.require(Permission::Delete)?;
    let property = find(&staff, *id).await?;
    let filters = List::Listings.state(&fields);
    if is_outdated {
        let notice = staff.outdated("Check the listing again, then confirm");
        return ask(HttpResponse::Forbidden(), &staff, property, filters, Some(notice));
    }
    let seen = fields.has("version");
    let seen = seen.then(|| Version(fields.get("version").parse().unwrap_or(0)));
    let (editor, title) = (&staff.services.editor, &property.title);
    match editor.delete_seen(&staff.username, property.id, seen).await? {
        DeleteOutcome::Deleted(event) => {
            staff.say_undoable(format!("“{title}” was deleted."), event, filters);
        }
        DeleteOutcome::Gone => staff.say("warning", format!("“{title}” had already been deleted.")),
        DeleteOutcome::Changed(current) => {
            let notice = "Nothing was deleted, because the listing was changed after you opened this page. \
            Please check it again.";
            let notice = Some(notice.to_owned());
            return ask(HttpResponse::Conflict(), &staff, current, filters, notice);
        }
    }
    Ok(see_other(&staff.way_on(List::Listings.address(&fields))))
}

/// The question before a listing is deleted.
fn ask(
    response: HttpResponseBuilder,
    staff: &Staff,
    property: Property,
    filters: String,
    notice: Option<String>,
) -> Answer {
    page(response, &DeletePage { frame: staff.frame(), property, filters, notice })
}
