//! The pages of users' sessions and of the login audit.

use actix_web::{HttpRequest, HttpResponse, web};

use super::see_other;
use super::users::find;
use crate::domain::{FieldErrors, LoginFilter};
use crate::http::Answer;
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::admin::{LoginsPage, SessionsPage};
use crate::http::views::{form_page, page};

/// The number of a user's own logins that are shown.
const OWN_LOGINS: u16 = 20;
/// The number of entries on a page of the audit.
const PAGE_SIZE: u16 = 100;
/// The page of a user's own sessions.
const OWN: &str = "/admin/sessions/";

/// `GET /admin/sessions/`
pub(super) async fn own(staff: Staff) -> Answer {
    let accounts = &staff.services.accounts;
    let list = SessionsPage {
        sessions: accounts.sessions_of(staff.id).await?,
        events: accounts.logins_of(staff.id, OWN_LOGINS).await?,
        frame: staff.frame(),
        this: staff.session_name,
        other: None,
    };
    page(HttpResponse::Ok(), &list)
}

/// `POST /admin/sessions/`: ends the session that `end` names, or all others.
pub(super) async fn end_own(staff: Staff, CheckedForm(fields): CheckedForm) -> Answer {
    let sessions = &staff.services.sessions;
    let count = match fields.has("end") {
        true => usize::from(sessions.end_named(staff.id, fields.get("end")).await?),
        false => sessions.end_others(staff.id, &staff.session_name).await?,
    };
    let text = match count {
        0 => "There were no other sessions to end.".to_owned(),
        1 => "One session was ended.".to_owned(),
        count => format!("{count} sessions were ended."),
    };
    staff.say("success", text);
    Ok(see_other(OWN))
}

/// `GET /admin/users/{id}/sessions/`
pub(super) async fn of_user(staff: Staff, id: web::Path<i64>) -> Answer {
    staff.require_superuser()?;
    if staff.id.0 == *id {
        return Ok(see_other(OWN));
    }
    let user = find(&staff, *id).await?;
    let list = SessionsPage {
        sessions: staff.services.accounts.sessions_of(user.id).await?,
        events: Vec::new(),
        frame: staff.frame(),
        this: String::new(),
        other: Some(user),
    };
    page(HttpResponse::Ok(), &list)
}

/// `POST /admin/users/{id}/sessions/`: ends the session that `end` names, or all.
pub(super) async fn end_of_user(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
) -> Answer {
    staff.require_superuser()?;
    let user = find(&staff, *id).await?;
    let only = fields.has("end").then(|| fields.get("end"));
    let (actor, accounts) = (staff.actor(), &staff.services.accounts);
    let text = match accounts.end_sessions_of(&actor, user.id, only).await? {
        0 => "There were no sessions to end.".to_owned(),
        1 => format!("One session of “{}” was ended.", user.username),
        count => format!("{count} sessions of “{}” were ended.", user.username),
    };
    staff.say("success", text);
    Ok(see_other(&format!("/admin/users/{id}/sessions/")))
}

/// `GET /admin/logins/`
pub(super) async fn audit(staff: Staff, request: HttpRequest) -> Answer {
    staff.require_superuser()?;
    let typed = request.query_string();
    let (filter, errors, mut events) = match LoginFilter::parse(typed) {
        Err(errors) => (LoginFilter::default(), errors, Vec::new()),
        Ok(filter) => {
            let events = staff.services.accounts.logins(&filter, PAGE_SIZE + 1).await?;
            (filter, FieldErrors::new(), events)
        }
    };
    let more = events.len() > usize::from(PAGE_SIZE);
    events.truncate(PAGE_SIZE.into());
    let last = events.last().filter(|_| more);
    let next = last.map(|event| format!("?{}", filter.before(event.id)));
    let typed = Fields::parse(typed.as_bytes());
    let list = LoginsPage { frame: staff.frame(), events, filter, typed, errors, next };
    form_page(&list.errors, HttpResponse::BadRequest(), &list)
}
