//! The forms that add and change an account.

use actix_web::{HttpRequest, HttpResponse, web};

use super::sent::Sent;
use super::{find, list_address};
use crate::domain::{FieldErrors, User, UserForm, UserId, UserStanding};
use crate::http::AppError;
use crate::http::admin::request::CheckedForm;
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::error::unavailable;
use crate::http::views::admin::UserFormPage;
use crate::http::views::page;
use crate::services::{ManageError, Services};

/// `GET /admin/users/add/`
pub(in crate::http) async fn new(
    staff: Staff,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let form = UserFormPage::add(staff.frame()?, UserForm::blank());
    let form = form.with_filters(list_address::filters_of(&request));
    page(HttpResponse::Ok(), &form)
}

/// `POST /admin/users/add/`
pub(in crate::http) async fn create(
    staff: Staff,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let sent = Sent::of(fields, None);
    if !staff.is_known() {
        return unreachable(sent.again(&staff)?);
    }
    staff.require_superuser()?;
    let new = match sent.account() {
        Ok(new) => new,
        Err(errors) => return refused(sent.again(&staff)?, errors),
    };
    match services.accounts.add(&staff.actor(), new).await {
        Ok(id) => saved(&staff, &sent, id, "added"),
        Err(err) => failed(sent.again(&staff)?, err),
    }
}

/// `GET /admin/users/{id}/change/`
pub(in crate::http) async fn edit(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let user = find(&services, *id).await?;
    let (frame, form) = (staff.frame()?, UserForm::of(&user));
    let form = UserFormPage::change(frame, user.id, form, user.id == staff.id).about(&user);
    let form = form.with_filters(list_address::filters_of(&request));
    page(HttpResponse::Ok(), &form)
}

/// `POST /admin/users/{id}/change/`
pub(in crate::http) async fn update(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let (id, sent) = (UserId(*id), Sent::of(fields, Some(UserId(*id))));
    if !staff.is_known() {
        return unreachable(sent.again(&staff)?);
    }
    staff.require_superuser()?;
    match services.accounts.find(id).await {
        Ok(Some(user)) => save(&staff, &sent, &user, &services).await,
        Ok(None) => gone(sent.as_new(&staff)?),
        Err(err) => failed(sent.again(&staff)?, err.into()),
    }
}

/// Saves an account, if it is still as the form showed it.
async fn save(
    staff: &Staff,
    sent: &Sent,
    user: &User,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let seen = sent.version().map_or_else(|| user.version(), str::to_owned);
    let again = || -> Result<_, AppError> {
        let form = sent.again(staff)?.about(user);
        Ok(form.with_version(&seen))
    };
    let now = match sent.form.parse() {
        Ok(now) => now,
        Err(errors) => return refused(again()?, errors),
    };
    let (actor, accounts) = (staff.actor(), &services.accounts);
    match accounts.change(&actor, user.id, &seen, &now).await {
        Ok(()) if is_out(staff, user.id, &now) => {
            staff.say("success", told(sent, "changed"))?;
            Ok(see_other("/admin/"))
        }
        Ok(()) => saved(staff, sent, user.id, "changed"),
        Err(ManageError::Changed) => changed(staff, sent, user.id, services).await,
        Err(ManageError::Gone) => gone(sent.as_new(staff)?),
        Err(err) => failed(again()?, err),
    }
}

/// Whether somebody took their own rights away, and has no business here any more.
fn is_out(staff: &Staff, id: UserId, now: &UserStanding) -> bool {
    staff.id == id && !now.is_superuser
}

fn told(sent: &Sent, what: &str) -> String {
    format!("The user “{}” was {what}.", sent.form.username.trim())
}

/// The way on after a save.
fn saved(staff: &Staff, sent: &Sent, id: UserId, what: &str) -> Result<HttpResponse, AppError> {
    staff.say("success", told(sent, what))?;
    Ok(see_other(&sent.next(id)))
}

/// The form of an account that somebody else changed meanwhile, with what it is now. From here on the form is about
/// that, so that saving it again takes.
async fn changed(
    staff: &Staff,
    sent: &Sent,
    id: UserId,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let again = sent.again(staff)?;
    match services.accounts.find(id).await {
        Ok(Some(now)) => page(HttpResponse::Conflict(), &again.about(&now).against(&now)),
        Ok(None) => gone(sent.as_new(staff)?),
        Err(err) => failed(again, err.into()),
    }
}

/// The form of a new account for one that was deleted meanwhile.
fn gone(form: UserFormPage) -> Result<HttpResponse, AppError> {
    let notice = "Somebody deleted this account while you were editing it. Nothing that you typed is lost: to add it \
        as a new account, give it a password and save it.";
    page(HttpResponse::Conflict(), &form.with_notice(notice))
}

fn refused(form: UserFormPage, errors: FieldErrors) -> Result<HttpResponse, AppError> {
    page(
        HttpResponse::UnprocessableEntity(),
        &form.with_errors(errors),
    )
}

/// The form as it was typed when what it asks for can't be done.
fn failed(form: UserFormPage, err: ManageError) -> Result<HttpResponse, AppError> {
    match err {
        ManageError::Name(err) => refused(form, FieldErrors::of("username", err.to_string())),
        ManageError::LastSuperuser => {
            refused(form, FieldErrors::of("is_superuser", err.to_string()))
        }
        ManageError::Service(err) if err.is_unavailable() => {
            log::error!("{err}");
            unreachable(form)
        }
        err => Err(err.into()),
    }
}

/// The form while the database can't be reached.
fn unreachable(form: UserFormPage) -> Result<HttpResponse, AppError> {
    let notice = "The database can’t be reached at the moment, so nothing was saved. What you typed is still here, but \
        for passwords: try again in a few seconds.";
    page(unavailable(), &form.with_notice(notice))
}
