//! New passwords: a user's own, and one that a superuser sets for another user.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::see_other;
use super::users::find;
use crate::domain::{FieldErrors, Password, User, Username};
use crate::http::forms::{Fields, SentForm, visitor};
use crate::http::staff::Staff;
use crate::http::views::admin::{PasswordPage, UserPasswordPage};
use crate::http::views::page;
use crate::http::{Answer, AppError};
use crate::services::{Login, Visitor};

/// The message for a wrong password, also for one that has just been replaced.
const WRONG: &str = "Your old password was entered incorrectly. Please enter it again.";
/// The fields of a user's own new password.
pub(super) const NEW: [&str; 2] = ["new_password1", "new_password2"];
/// The fields of another user's new password.
pub(super) const PASSWORDS: [&str; 2] = ["password1", "password2"];
/// The page on which users change their own password.
const OWN: &str = "/admin/password_change/";

/// Reads the new password from two fields that must be equal.
///
/// # Errors
/// The given errors, and the errors of the password.
pub(super) fn new_password(
    fields: &Fields,
    [name, again]: [&'static str; 2],
    (username, email): (&Username, &str),
    mut errors: FieldErrors,
) -> Result<Password, FieldErrors> {
    if Password::prepared(fields.get(name)) != Password::prepared(fields.get(again)) {
        errors.add(again, "The two password fields didn’t match.");
    }
    let password = errors.check(name, Password::parse(fields.get(name), username, email));
    password.filter(|_| errors.is_empty()).ok_or(errors)
}

/// `GET /admin/password_change/`
pub(super) async fn edit_own(staff: Staff) -> Answer {
    page(HttpResponse::Ok(), &PasswordPage { frame: staff.frame(), ..PasswordPage::default() })
}

/// `POST /admin/password_change/`: wrong old passwords are counted as failed logins.
pub(super) async fn update_own(
    staff: Staff,
    SentForm { fields, is_outdated }: SentForm,
    session: Session,
    request: HttpRequest,
) -> Answer {
    let mut form = PasswordPage { frame: staff.frame(), ..PasswordPage::default() };
    if is_outdated {
        // Passwords are never shown again.
        form.notice = Some(staff.outdated("Enter the passwords again, and change the password"));
        return page(HttpResponse::Forbidden(), &form);
    }
    let accounts = &staff.services.accounts;
    let user = accounts.find(staff.id).await?.ok_or(AppError::NotFound)?;
    let old = fields.get("old_password").to_owned();
    let errors = check_old(&staff, &user, old, &visitor(&request)).await?;
    form.errors = match new_password(&fields, NEW, (&user.username, &user.email), errors) {
        Err(errors) => errors,
        Ok(new) => {
            let checked = Some(&*user.session_stamp);
            if accounts.change_password(&staff.username, staff.id, checked, new).await? {
                // Every session of the account has ended.
                session.purge();
                log::info!("password changed user=\"{}\"", staff.username);
                return Ok(see_other("/admin/login/?done=password"));
            }
            FieldErrors::of("old_password", WRONG)
        }
    };
    page(HttpResponse::UnprocessableEntity(), &form)
}

/// The errors of the old password; empty if it is right.
async fn check_old(
    staff: &Staff,
    user: &User,
    password: String,
    visitor: &Visitor,
) -> Result<FieldErrors, AppError> {
    let (username, address) = (&user.username, visitor.address());
    match staff.services.accounts.confirm(user, password, visitor).await? {
        Login::Entered(_) => Ok(FieldErrors::new()),
        Login::Refused => {
            log::warn!("password change refused user=\"{username}\" address={address}");
            Ok(FieldErrors::of("old_password", WRONG))
        }
        Login::Throttled(wait) => {
            log::warn!("password change throttled user=\"{username}\" address={address}");
            Err(AppError::Throttled(wait))
        }
    }
}

/// `GET /admin/users/{id}/password/`
pub(super) async fn edit(staff: Staff, id: web::Path<i64>) -> Answer {
    staff.require_superuser()?;
    if staff.id.0 == *id {
        return Ok(see_other(OWN));
    }
    let user = find(&staff, *id).await?;
    let errors = FieldErrors::new();
    let form = UserPasswordPage { frame: staff.frame(), user, errors, notice: None };
    page(HttpResponse::Ok(), &form)
}

/// `POST /admin/users/{id}/password/`
pub(super) async fn update(
    staff: Staff,
    id: web::Path<i64>,
    SentForm { fields, is_outdated }: SentForm,
) -> Answer {
    staff.require_superuser()?;
    if staff.id.0 == *id {
        return Ok(see_other(OWN));
    }
    let user = find(&staff, *id).await?;
    if is_outdated {
        let notice = Some(staff.outdated("Enter the password again and set it"));
        let errors = FieldErrors::new();
        let form = UserPasswordPage { frame: staff.frame(), user, errors, notice };
        return page(HttpResponse::Forbidden(), &form);
    }
    let about = (&user.username, &*user.email);
    match new_password(&fields, PASSWORDS, about, FieldErrors::new()) {
        Ok(new) => staff.services.accounts.reset_password(&staff.actor(), user.id, new).await?,
        Err(errors) => {
            let form = UserPasswordPage { frame: staff.frame(), user, errors, notice: None };
            return page(HttpResponse::UnprocessableEntity(), &form);
        }
    }
    let name = &user.username;
    let text = format!("The password of “{name}” was changed. They are logged out everywhere.");
    staff.say("success", text);
    Ok(see_other(&format!("/admin/users/{}/change/", user.id.0)))
}
