//! Deleting one listing, after a look at it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::form::{filters, find};
use super::list_address::{self, list_address};
use crate::domain::Permission;
use crate::http::AppError;
use crate::http::admin::request::{CheckedForm, Fields};
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
    let carried = Fields::parse(request.query_string().as_bytes());
    page(
        HttpResponse::Ok(),
        &DeletePage {
            frame: staff.frame()?,
            property,
            list: list_address(&carried),
            filters: filters(&request),
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
    let text = format!("“{}” was deleted.", property.title);
    staff.say_undoable(text, deleted.event, list_address::filters(&fields))?;
    Ok(see_other(&staff.way_on(list_address(&fields))))
}
