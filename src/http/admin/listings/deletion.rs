//! Deleting one listing, after a look at it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::form::find;
use super::list_address::{filters, filters_of, list_address};
use crate::domain::Permission;
use crate::http::AppError;
use crate::http::admin::request::CheckedForm;
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::DeletePage;
use crate::http::views::page;
use crate::services::Services;

/// `GET /admin/properties/{id}/delete/`
pub(in crate::http) async fn confirm_delete(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Delete)?;
    let property = find(&services, *id).await?;
    page(
        HttpResponse::Ok(),
        &DeletePage {
            frame: staff.frame()?,
            property,
            filters: filters_of(&request),
        },
    )
}

/// `POST /admin/properties/{id}/delete/`
pub(in crate::http) async fn delete(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Delete)?;
    let property = find(&services, *id).await?;
    let deleted = services
        .editor
        .delete(&staff.username, vec![property.id])
        .await?;
    let title = &property.title;
    match deleted.count {
        0 => staff.say("warning", format!("“{title}” was gone already."))?,
        _ => {
            let text = format!("“{title}” was deleted.");
            staff.say_undoable(text, deleted.event, filters(&fields))?;
        }
    }
    Ok(see_other(&staff.way_on(list_address(&fields))))
}
