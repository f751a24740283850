//! The forms that add and change an account.

use actix_web::{HttpRequest, HttpResponse, web};

use super::list_address;
use super::sent::Sent;
use crate::domain::{Author, FieldErrors, User, UserForm, UserId, UserStanding};
use crate::http::AppError;
use crate::http::admin::see_other;
use crate::http::error::{outage, unavailable};
use crate::http::forms::SentForm;
use crate::http::staff::Staff;
use crate::http::views::admin::UserFormPage;
use crate::http::views::page;
use crate::services::{ManageError, Outage, Services};

/// Entries of an account's history in which a change is looked for.
const LOOKED_AT: u16 = 20;

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
    form: SentForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let sent = Sent::of(form, None);
    if !staff.is_known() {
        return later(sent.again(&staff)?, staff.outage());
    }
    staff.require_superuser()?;
    if sent.is_outdated {
        return outdated(&staff, &sent, "Enter the passwords again, check the form, then save");
    }
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
    form: SentForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let (id, sent) = (UserId(*id), Sent::of(form, Some(UserId(*id))));
    if !staff.is_known() {
        return later(sent.again(&staff)?, staff.outage());
    }
    staff.require_superuser()?;
    if sent.is_outdated {
        return outdated(&staff, &sent, "Your changes are not lost: check them, then save");
    }
    match services.accounts.find(id).await {
        Ok(Some(user)) => save(&staff, &sent, &user, &services).await,
        Ok(None) => gone(&staff, &sent, id, &services).await,
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
        Err(ManageError::Gone) => gone(staff, sent, user.id, services).await,
        Err(err) => failed(again()?, err),
    }
}

/// Whether users took their own rights away, so that they may not see this page any more.
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

/// The form of an account that another user changed meanwhile, with what it is now. From here on the form is about
/// that, so that saving it again takes.
async fn changed(
    staff: &Staff,
    sent: &Sent,
    id: UserId,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let again = sent.again(staff)?;
    match services.accounts.find(id).await {
        Ok(Some(now)) => {
            let author = author(staff, id, "changed", services).await;
            let again = again.about(&now).against(&now, &author);
            page(HttpResponse::Conflict(), &again)
        }
        Ok(None) => gone(staff, sent, id, services).await,
        Err(err) => failed(again, err.into()),
    }
}

/// Who did something to an account last. A log that can't be read does not tell.
async fn author(staff: &Staff, id: UserId, kind: &str, services: &Services) -> Author {
    let events = services.accounts.events(Some(id), None, LOOKED_AT).await;
    let events = events.unwrap_or_default().into_iter();
    let mut actors = events.filter(|(_, event)| event.kind == kind);
    let last = actors.next().map(|(_, event)| event.actor);
    Author::among(last, &staff.username)
}

/// The form of a new account for one that was deleted meanwhile.
async fn gone(
    staff: &Staff,
    sent: &Sent,
    id: UserId,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let form = sent.as_new(staff)?;
    let happened = author(staff, id, "deleted", services).await.said("deleted", "account");
    let notice = format!(
        "{happened} while you were editing it. Your changes are not lost: to add it as a new account, enter a \
        password and save."
    );
    page(HttpResponse::Conflict(), &form.with_notice(notice))
}

fn refused(form: UserFormPage, errors: FieldErrors) -> Result<HttpResponse, AppError> {
    page(HttpResponse::UnprocessableEntity(), &form.with_errors(errors))
}

/// The form for a user who logged in again after opening it.
fn outdated(staff: &Staff, sent: &Sent, then: &str) -> Result<HttpResponse, AppError> {
    let form = sent.again(staff)?.with_notice(staff.outdated(then));
    page(HttpResponse::Forbidden(), &form)
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
            later(form, err.outage())
        }
        err => Err(err.into()),
    }
}

/// The form while the database does not answer.
fn later(form: UserFormPage, why: Option<Outage>) -> Result<HttpResponse, AppError> {
    let notice = format!(
        "{}, so nothing was saved. Your changes are still here, except for passwords: try again in a few seconds.",
        outage(why)
    );
    page(unavailable(), &form.with_notice(notice))
}

/// The account of a number.
pub(super) async fn find(services: &Services, id: i64) -> Result<User, AppError> {
    let found = services.accounts.find(UserId(id)).await?;
    found.ok_or(AppError::NotFound)
}
