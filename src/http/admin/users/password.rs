//! A new password for somebody who has lost theirs.

use actix_web::{HttpResponse, web};

use super::find;
use super::form::new_password;
use crate::domain::FieldErrors;
use crate::http::AppError;
use crate::http::admin::request::CheckedForm;
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
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
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    if staff.id.0 == *id {
        return Ok(see_other(OWN));
    }
    let user = find(&services, *id).await?;
    let mut errors = FieldErrors::new();
    let password = new_password(&fields, &user.username, &user.email, &mut errors);
    let Some(password) = password.filter(|_| errors.is_empty()) else {
        let again = UserPasswordPage::new(staff.frame()?, user, errors);
        return page(HttpResponse::UnprocessableEntity(), &again);
    };
    let (actor, accounts) = (staff.actor(), &services.accounts);
    accounts.reset_password(&actor, user.id, password).await?;
    let text = format!(
        "“{}” has a new password, and is logged out everywhere.",
        user.username
    );
    staff.say("success", text)?;
    Ok(see_other(&format!("/admin/users/{id}/change/")))
}
