//! Changing one's own password.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::{FieldErrors, User};
use crate::http::AppError;
use crate::http::admin::new_password::new_password;
use crate::http::admin::see_other;
use crate::http::forms::{SentForm, visitor};
use crate::http::staff::Staff;
use crate::http::views::admin::PasswordPage;
use crate::http::views::page;
use crate::services::{Login, Services, Visitor};

/// The message for a wrong password, also for one that was replaced just now.
const WRONG: &str = "Your old password was entered incorrectly. Please enter it again.";
/// The fields of the new one.
const NEW: [&str; 2] = ["new_password1", "new_password2"];

/// `GET /admin/password_change/`
pub(in crate::http) async fn edit_password(staff: Staff) -> Result<HttpResponse, AppError> {
    page(
        HttpResponse::Ok(),
        &PasswordPage { frame: staff.frame()?, errors: FieldErrors::new(), notice: None },
    )
}

/// `POST /admin/password_change/`: wrong old passwords are counted as failed logins.
pub(in crate::http) async fn update_password(
    staff: Staff,
    form: SentForm,
    session: Session,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let form = match form {
        SentForm::Checked(form) => form,
        SentForm::Outdated(_) => return outdated(&staff),
    };
    let found = services.accounts.find(staff.id).await?;
    let user = found.ok_or(AppError::NotFound)?;
    let old = form.get("old_password").to_owned();
    let errors = check_old(&services, &user, old, &visitor(&request)).await?;
    let new = match new_password(&form, NEW, (&user.username, &user.email), errors) {
        Ok(new) => new,
        Err(errors) => return refused(&staff, errors),
    };
    let (accounts, checked) = (&services.accounts, Some(&*user.session_stamp));
    if !accounts.change_password(&staff.username, staff.id, checked, new).await? {
        return refused(&staff, FieldErrors::of("old_password", WRONG));
    }
    Ok(changed(&staff, &session))
}

/// To the login page: every session of the account has ended.
fn changed(staff: &Staff, session: &Session) -> HttpResponse {
    session.purge();
    log::info!("password changed user=\"{}\"", staff.username);
    see_other("/admin/login/?done=password")
}

fn refused(staff: &Staff, errors: FieldErrors) -> Result<HttpResponse, AppError> {
    let frame = staff.frame()?;
    let again = PasswordPage { frame, errors, notice: None };
    page(HttpResponse::UnprocessableEntity(), &again)
}

/// The empty form for a user who logged in again after opening it: passwords are never shown again.
fn outdated(staff: &Staff) -> Result<HttpResponse, AppError> {
    let again = PasswordPage {
        frame: staff.frame()?,
        errors: FieldErrors::new(),
        notice: Some(staff.outdated("Enter the passwords again, and change the password")),
    };
    page(HttpResponse::Forbidden(), &again)
}

/// The errors of the old password: none when it is right.
async fn check_old(
    services: &Services,
    user: &User,
    password: String,
    visitor: &Visitor,
) -> Result<FieldErrors, AppError> {
    let mut errors = FieldErrors::new();
    let (username, address) = (&user.username, visitor.address());
    match services.accounts.confirm(user, password, visitor).await? {
        Login::Entered(_) => {}
        Login::Refused => {
            log::warn!("password change refused user=\"{username}\" address={address}");
            errors.add("old_password", WRONG);
        }
        Login::Throttled(wait) => {
            log::warn!("password change throttled user=\"{username}\" address={address}");
            return Err(AppError::Throttled(wait));
        }
    }
    Ok(errors)
}
