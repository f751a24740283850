//! The sessions of another user.

use actix_web::{HttpResponse, web};

use super::form::find;
use crate::http::AppError;
use crate::http::admin::see_other;
use crate::http::forms::CheckedForm;
use crate::http::staff::Staff;
use crate::http::views::admin::SessionsPage;
use crate::http::views::page;
use crate::services::Services;

/// `GET /admin/users/{id}/sessions/`
pub(in crate::http) async fn index(
    staff: Staff,
    id: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    if staff.id.0 == *id {
        return Ok(see_other("/admin/sessions/"));
    }
    let user = find(&services, *id).await?;
    let sessions = services.accounts.sessions_of(user.id).await?;
    let list = SessionsPage::of_other(staff.frame()?, &user, sessions);
    page(HttpResponse::Ok(), &list)
}

/// `POST /admin/users/{id}/sessions/`: the one that `end` names, or all.
pub(in crate::http) async fn end(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let user = find(&services, *id).await?;
    let only = fields.has("end").then(|| fields.get("end"));
    let (actor, accounts) = (staff.actor(), &services.accounts);
    let text = match accounts.end_sessions_of(&actor, user.id, only).await? {
        0 => "There were no sessions to end.".to_owned(),
        1 => format!("One session of “{}” was ended.", user.username),
        count => format!("{count} sessions of “{}” were ended.", user.username),
    };
    staff.say("success", text)?;
    Ok(see_other(&format!("/admin/users/{id}/sessions/")))
}
