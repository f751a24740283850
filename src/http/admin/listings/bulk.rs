//! Deleting several listings at once, after a look at which they are.

use actix_web::{HttpResponse, web};

use crate::domain::{Permission, PropertyId};
use crate::http::AppError;
use crate::http::admin::request::{CheckedForm, Fields};
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::BulkDeletePage;
use crate::http::views::page;
use crate::services::Services;

/// `POST /admin/properties/`: Django's `delete_selected`, first without and then with `post=yes`.
pub(in crate::http) async fn act(
    staff: Staff,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Delete)?;
    let ids = selected(&fields);
    if fields.get("action") != "delete_selected" || ids.is_empty() {
        let text = "Nothing was done: select listings and an action first.";
        staff.say("warning", text.to_owned())?;
        return Ok(see_other("/admin/properties/"));
    }
    if fields.get("post") != "yes" {
        let properties = services.listings.list_by_id(&ids).await?;
        return page(
            HttpResponse::Ok(),
            &BulkDeletePage {
                frame: staff.frame()?,
                properties,
            },
        );
    }
    let count = services.editor.delete(&staff.username, ids).await?;
    let noun = if count == 1 { "listing" } else { "listings" };
    let text = format!("Successfully deleted {count} {noun}.");
    let event = services.history.last_deletion(&staff.username).await?;
    staff.say_undoable(text, event.filter(|_| count > 0), String::new())?;
    Ok(see_other("/admin/properties/"))
}

fn selected(fields: &Fields) -> Vec<PropertyId> {
    let numbers = fields
        .all("_selected_action")
        .filter_map(|text| text.parse().ok());
    numbers.map(PropertyId).collect()
}
