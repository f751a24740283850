//! Where one is logged in oneself.

use actix_web::{HttpResponse, web};

use crate::http::AppError;
use crate::http::admin::see_other;
use crate::http::forms::CheckedForm;
use crate::http::staff::Staff;
use crate::http::views::admin::SessionsPage;
use crate::http::views::page;
use crate::services::Services;

/// Entries of one's own logins.
const LOGINS: u16 = 20;

/// `GET /admin/sessions/`
pub(in crate::http) async fn index(
    staff: Staff,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let sessions = services.accounts.sessions_of(staff.id).await?;
    let logins = services.accounts.logins_of(staff.id, LOGINS).await?;
    let list = SessionsPage::of_own(staff.frame()?, sessions, staff.session_name, logins);
    page(HttpResponse::Ok(), &list)
}

/// `POST /admin/sessions/`: the one that `end` names, or all others.
pub(in crate::http) async fn end(
    staff: Staff,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let sessions = &services.sessions;
    let count = match fields.has("end") {
        true => usize::from(sessions.end_named(staff.id, fields.get("end")).await?),
        false => sessions.end_others(staff.id, &staff.session_name).await?,
    };
    let text = match count {
        0 => "There were no other sessions to end.".to_owned(),
        1 => "One session was ended.".to_owned(),
        count => format!("{count} sessions were ended."),
    };
    staff.say("success", text)?;
    Ok(see_other("/admin/sessions/"))
}
