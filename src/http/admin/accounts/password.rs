//! Changing one's own password.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::{FieldErrors, Password, User};
use crate::http::AppError;
use crate::http::admin::request::{CheckedForm, visitor};
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::PasswordPage;
use crate::http::views::page;
use crate::services::{Login, Services, Visitor};

/// What is said of another password than the account's, also of one that somebody has replaced just now.
const WRONG: &str = "Your old password was entered incorrectly. Please enter it again.";

/// `GET /admin/password_change/`
pub(in crate::http) async fn edit_password(staff: Staff) -> Result<HttpResponse, AppError> {
    page(
        HttpResponse::Ok(),
        &PasswordPage {
            frame: staff.frame()?,
            errors: FieldErrors::new(),
        },
    )
}

/// `POST /admin/password_change/`: wrong old passwords are counted as failed logins.
pub(in crate::http) async fn update_password(
    staff: Staff,
    CheckedForm(form): CheckedForm,
    session: Session,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let found = services.accounts.find(staff.id).await?;
    let user = found.ok_or(AppError::NotFound)?;
    let old = form.get("old_password").to_owned();
    let mut errors = check_old(&services, &user, old, &visitor(&request)).await?;
    if form.get("new_password1") != form.get("new_password2") {
        errors.add("new_password2", "The two password fields didn’t match.");
    }
    let password = errors.check(
        "new_password1",
        Password::parse(form.get("new_password1"), &user.username, &user.email),
    );
    match password {
        Some(password) if errors.is_empty() => {
            let (name, checked) = (&staff.username, Some(&*user.session_stamp));
            let changing = services
                .accounts
                .change_password(name, staff.id, checked, password);
            if !changing.await? {
                errors.add("old_password", WRONG);
                return again(&staff, errors);
            }
            session.purge();
            log::info!("password changed user=\"{name}\"");
            Ok(see_other("/admin/login/"))
        }
        _ => again(&staff, errors),
    }
}

/// The form with what is wrong with it.
fn again(staff: &Staff, errors: FieldErrors) -> Result<HttpResponse, AppError> {
    let frame = staff.frame()?;
    let response = HttpResponse::UnprocessableEntity();
    page(response, &PasswordPage { frame, errors })
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
