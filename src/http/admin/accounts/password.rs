//! Changing one's own password.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use crate::domain::{FieldErrors, Password};
use crate::http::AppError;
use crate::http::admin::request::CheckedForm;
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::PasswordPage;
use crate::http::views::page;
use crate::services::Services;

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

/// `POST /admin/password_change/`
pub(in crate::http) async fn update_password(
    staff: Staff,
    CheckedForm(form): CheckedForm,
    session: Session,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let found = services.accounts.find(staff.id).await?;
    let user = found.ok_or(AppError::NotFound)?;
    let mut errors = FieldErrors::new();
    if !services
        .accounts
        .verify(&user, form.get("old_password").to_owned())
        .await?
    {
        errors.add(
            "old_password",
            "Your old password was entered incorrectly. Please enter it again.",
        );
    }
    if form.get("new_password1") != form.get("new_password2") {
        errors.add("new_password2", "The two password fields didn’t match.");
    }
    let password = errors.check(
        "new_password1",
        Password::parse(form.get("new_password1"), &user.username, &user.email),
    );
    match password {
        Some(password) if errors.is_empty() => {
            services
                .accounts
                .change_password(&staff.username, staff.id, password)
                .await?;
            session.purge();
            log::info!("password changed user=\"{}\"", staff.username);
            Ok(see_other("/admin/login/"))
        }
        _ => page(
            HttpResponse::UnprocessableEntity(),
            &PasswordPage {
                frame: staff.frame()?,
                errors,
            },
        ),
    }
}
