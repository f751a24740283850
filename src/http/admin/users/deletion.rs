//! Deleting an account, after a look at it.

use actix_web::{HttpResponse, web};

use super::find;
use crate::domain::UserId;
use crate::http::AppError;
use crate::http::admin::request::CheckedForm;
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::UserDeletePage;
use crate::http::views::page;
use crate::services::{ManageError, Services};

/// `GET /admin/users/{id}/delete/`
pub(in crate::http) async fn confirm(
    staff: Staff,
    id: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let user = find(&services, *id).await?;
    let error = (user.id == staff.id).then(|| ManageError::OwnAccount.to_string());
    page(
        HttpResponse::Ok(),
        &UserDeletePage::new(staff.frame()?, user, error),
    )
}

/// `POST /admin/users/{id}/delete/`
pub(in crate::http) async fn delete(
    staff: Staff,
    id: web::Path<i64>,
    _form: CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    match services.accounts.delete(&staff.actor(), UserId(*id)).await {
        Ok(user) => {
            staff.say(
                "success",
                format!("The user “{}” was deleted.", user.username),
            )?;
            Ok(see_other("/admin/users/"))
        }
        Err(err @ (ManageError::OwnAccount | ManageError::LastSuperuser)) => {
            let user = find(&services, *id).await?;
            let again = UserDeletePage::new(staff.frame()?, user, Some(err.to_string()));
            page(HttpResponse::UnprocessableEntity(), &again)
        }
        Err(err) => Err(err.into()),
    }
}
