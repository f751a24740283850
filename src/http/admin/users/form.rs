//! The forms that add and change an account.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::find;
use crate::domain::{
    FieldErrors, NewAccount, Password, Permissions, UserForm, UserId, UserStanding, Username,
};
use crate::http::AppError;
use crate::http::admin::request::{CheckedForm, Fields};
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::UserFormPage;
use crate::http::views::page;
use crate::services::{ManageError, Services};

/// `GET /admin/users/add/`
pub(in crate::http) async fn new(staff: Staff) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let form = UserFormPage::add(staff.frame()?, UserForm::blank());
    page(HttpResponse::Ok(), &form)
}

/// `POST /admin/users/add/`
pub(in crate::http) async fn create(
    staff: Staff,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let form = typed(&fields);
    let again = UserFormPage::add(staff.frame()?, form.clone());
    let new = match account(&form, &fields) {
        Ok(new) => new,
        Err(errors) => return refused(again, errors),
    };
    match services.accounts.add(&staff.actor(), new).await {
        Ok(id) => {
            staff.say(
                "success",
                format!("The user “{}” was added.", form.username.trim()),
            )?;
            Ok(after_save(&fields, id))
        }
        Err(err) => failed(again, err),
    }
}

/// `GET /admin/users/{id}/change/`
pub(in crate::http) async fn edit(
    staff: Staff,
    id: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let user = find(&services, *id).await?;
    page(
        HttpResponse::Ok(),
        &UserFormPage::change(staff.frame()?, &user, staff.id),
    )
}

/// `POST /admin/users/{id}/change/`
pub(in crate::http) async fn update(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let user = find(&services, *id).await?;
    let form = typed(&fields);
    let again = UserFormPage::change(staff.frame()?, &user, staff.id).with_form(form.clone());
    let standing = match form.parse() {
        Ok(standing) => standing,
        Err(errors) => return refused(again.with_version(fields.get("version")), errors),
    };
    // A script that sends no version changes the account as it is now.
    let seen = match fields.has("version") {
        true => fields.get("version").to_owned(),
        false => user.version(),
    };
    let (actor, accounts) = (staff.actor(), &services.accounts);
    match accounts.change(&actor, user.id, &seen, &standing).await {
        Ok(()) => {
            staff.say("success", format!("The user “{}” was changed.", standing.username))?;
            Ok(after_change(&staff, &fields, user.id, &standing))
        }
        // From here on the form is about the account as it is, so that saving it again takes.
        Err(ManageError::Changed) => page(
            HttpResponse::Conflict(),
            &again.with_notice(
                "Somebody else changed this account while you were editing it. Nothing was saved, and nothing that \
                 you typed is lost. Look at its history, then save again.",
            ),
        ),
        Err(err) => failed(again.with_version(&seen), err),
    }
}

fn typed(fields: &Fields) -> UserForm {
    UserForm {
        username: fields.get("username").to_owned(),
        email: fields.get("email").to_owned(),
        is_active: fields.has("is_active"),
        is_staff: fields.has("is_staff"),
        is_superuser: fields.has("is_superuser"),
        permissions: Permissions::named(fields.all("permissions")),
    }
}

/// What the form of a new account says, with its password.
fn account(form: &UserForm, fields: &Fields) -> Result<NewAccount, FieldErrors> {
    let mut errors = FieldErrors::new();
    let standing = form.parse().map_err(|wrong| errors.merge(wrong)).ok();
    let name = Username::from_database(form.username.trim().to_owned());
    let password = new_password(fields, &name, &form.email, &mut errors);
    match (standing, password) {
        (Some(standing), Some(password)) if errors.is_empty() => {
            Ok(NewAccount { standing, password })
        }
        _ => Err(errors),
    }
}

/// A new password that was typed twice.
pub(super) fn new_password(
    fields: &Fields,
    username: &Username,
    email: &str,
    errors: &mut FieldErrors,
) -> Option<Password> {
    let [first, second] = [fields.get("password1"), fields.get("password2")];
    if first != second {
        errors.add("password2", "The two password fields didn’t match.");
    }
    errors.check("password1", Password::parse(first, username, email))
}

/// Django's three buttons.
fn after_save(fields: &Fields, UserId(id): UserId) -> HttpResponse {
    match (fields.has("_addanother"), fields.has("_continue")) {
        (true, _) => see_other("/admin/users/add/"),
        (_, true) => see_other(&format!("/admin/users/{id}/change/")),
        _ => see_other("/admin/users/"),
    }
}

/// Whoever took their own rights away has no business here any more.
fn after_change(staff: &Staff, fields: &Fields, id: UserId, now: &UserStanding) -> HttpResponse {
    match staff.id == id && !now.is_superuser {
        true => see_other("/admin/"),
        false => after_save(fields, id),
    }
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
        ManageError::Taken => refused(form, FieldErrors::of("username", err.to_string())),
        ManageError::LastSuperuser => {
            refused(form, FieldErrors::of("is_superuser", err.to_string()))
        }
        ManageError::Service(err) if err.is_unavailable() => {
            log::error!("{err}");
            let mut response = HttpResponse::ServiceUnavailable();
            response.insert_header((header::RETRY_AFTER, "5"));
            let notice = "The database can’t be reached at the moment, so nothing was saved. What you typed is still \
                here, but for passwords: try again in a few seconds.";
            page(response, &form.with_notice(notice))
        }
        err => Err(err.into()),
    }
}
