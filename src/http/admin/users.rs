//! The accounts of staff: superusers list and delete them, and read their history.
//!
//! **Invariant:** every handler of accounts first requires a superuser, and its action checks this again in the
//! database.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::Deserialize;

use super::list_state::List;
use super::see_other;
use crate::domain::{FieldErrors, User, UserId, UserQuery};
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::admin::{AccountHistoryPage, UserDeletePage, UserListPage};
use crate::http::views::{form_page, page};
use crate::http::{Answer, AppError};
use crate::services::{ManageError, UserPage};

/// The number of accounts on a page.
const PAGE_SIZE: u16 = 50;

/// The account with a number.
pub(super) async fn find(staff: &Staff, id: i64) -> Result<User, AppError> {
    let found = staff.services.accounts.find(UserId(id)).await?;
    found.ok_or(AppError::NotFound)
}

/// `GET /admin/users/`
pub(super) async fn index(staff: Staff, request: HttpRequest) -> Answer {
    staff.require_superuser()?;
    let typed = request.query_string();
    let (query, errors, found) = match UserQuery::parse(typed) {
        Err(errors) => (UserQuery::default(), errors, UserPage::default()),
        Ok(query) => {
            let found = staff.services.accounts.list(&query, PAGE_SIZE).await?;
            (query, FieldErrors::new(), found)
        }
    };
    let state = query.canonical();
    let typed = Fields::parse(if errors.is_empty() { &state } else { typed }.as_bytes());
    let (frame, page_size) = (staff.frame(), PAGE_SIZE);
    let list = UserListPage { frame, found, page_size, query, state, typed, errors };
    form_page(&list.errors, HttpResponse::BadRequest(), &list)
}

/// `GET /admin/users/{id}/delete/`
pub(super) async fn confirm_delete(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
) -> Answer {
    staff.require_superuser()?;
    let error = (staff.id.0 == *id).then_some(ManageError::OwnAccount);
    ask(&staff, *id, HttpResponse::Ok(), error, List::Users.state_of(&request)).await
}

/// `POST /admin/users/{id}/delete/`
pub(super) async fn delete(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
) -> Answer {
    staff.require_superuser()?;
    match staff.services.accounts.delete(&staff.actor(), UserId(*id)).await {
        Ok(User { username, .. }) => {
            staff.say("success", format!("The user “{username}” was deleted."));
            Ok(see_other(&List::Users.address(&fields)))
        }
        Err(err @ (ManageError::OwnAccount | ManageError::LastSuperuser)) => {
            let response = HttpResponse::UnprocessableEntity();
            ask(&staff, *id, response, Some(err), List::Users.state(&fields)).await
        }
        Err(err) => Err(err.into()),
    }
}

/// The confirmation of a deletion, or why it is not possible.
async fn ask(
    staff: &Staff,
    id: i64,
    response: HttpResponseBuilder,
    error: Option<ManageError>,
    filters: String,
) -> Answer {
    let user = find(staff, id).await?;
    page(response, &UserDeletePage { frame: staff.frame(), user, error, filters })
}

/// The start of a page of the history.
#[derive(Deserialize)]
pub(super) struct Before {
    before: Option<i64>,
}

/// `GET /admin/users/history/`
pub(super) async fn history(staff: Staff, query: web::Query<Before>) -> Answer {
    staff.require_superuser()?;
    show_history(&staff, None, query.before).await
}

/// `GET /admin/users/{id}/history/`
pub(super) async fn history_of(
    staff: Staff,
    id: web::Path<i64>,
    query: web::Query<Before>,
) -> Answer {
    staff.require_superuser()?;
    show_history(&staff, Some(UserId(*id)), query.before).await
}

async fn show_history(staff: &Staff, id: Option<UserId>, before: Option<i64>) -> Answer {
    let accounts = &staff.services.accounts;
    let mut events = accounts.events(id, before, PAGE_SIZE + 1).await?;
    let more = events.len() > usize::from(PAGE_SIZE);
    events.truncate(PAGE_SIZE.into());
    let account = match id {
        None => None,
        Some(id) => {
            let user = accounts.find(id).await?;
            let is_there = user.is_some();
            let last = events.first().map(|(_, event)| event.username.clone());
            let name = user.map(|user| user.username.to_string()).or(last);
            Some((id, name.ok_or(AppError::NotFound)?, is_there))
        }
    };
    let next = events.last().filter(|_| more).map(|(id, _)| *id);
    page(HttpResponse::Ok(), &AccountHistoryPage { frame: staff.frame(), account, events, next })
}
