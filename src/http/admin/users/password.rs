//! A new password for a user who has lost theirs.

use actix_web::{HttpResponse, web};

use super::form::find;
use super::sent::PASSWORDS;
use crate::domain::{FieldErrors, Password, User};
use crate::http::AppError;
use crate::http::admin::new_password::new_password;
use crate::http::admin::see_other;
use crate::http::forms::SentForm;
use crate::http::staff::Staff;
use crate::http::views::admin::UserPasswordPage;
use crate::http::views::page;
use crate::services::Services;

/// Where one changes one's own password, by giving the old one.
const OWN: &str = "/admin/password_change/";

/// `GET /admin/users/{id}/password/`
pub(in crate::http) async fn edit(
    staff: Staff,
    id: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    if staff.id.0 == *id {
        return Ok(see_other(OWN));
    }
    let user = find(&services, *id).await?;
    let form = UserPasswordPage::new(staff.frame()?, user, FieldErrors::new());
    page(HttpResponse::Ok(), &form)
}

/// `POST /admin/users/{id}/password/`
pub(in crate::http) async fn update(
    staff: Staff,
    id: web::Path<i64>,
    form: SentForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    if staff.id.0 == *id {
        return Ok(see_other(OWN));
    }
    let user = find(&services, *id).await?;
    let fields = match form {
        SentForm::Checked(fields) => fields,
        SentForm::Outdated(_) => {
            let notice = staff.outdated("Enter the password again and set it");
            let again = UserPasswordPage::new(staff.frame()?, user, FieldErrors::new());
            return page(HttpResponse::Forbidden(), &again.with_notice(notice));
        }
    };
    let about = (&user.username, &*user.email);
    match new_password(&fields, PASSWORDS, about, FieldErrors::new()) {
        Ok(password) => reset(&staff, &user, password, &services).await,
        Err(errors) => page(
            HttpResponse::UnprocessableEntity(),
            &UserPasswordPage::new(staff.frame()?, user, errors),
        ),
    }
}

async fn reset(
    staff: &Staff,
    user: &User,
    password: Password,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let (actor, accounts) = (staff.actor(), &services.accounts);
    accounts.reset_password(&actor, user.id, password).await?;
    let name = &user.username;
    let text = format!("The password of “{name}” was changed. They are logged out everywhere.");
    staff.say("success", text)?;
    Ok(see_other(&format!("/admin/users/{}/change/", user.id.0)))
}
