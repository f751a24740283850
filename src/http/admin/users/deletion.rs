//! Deleting an account, after a look at it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::form::find;
use super::list_address;
use crate::domain::{User, UserId};
use crate::http::AppError;
use crate::http::admin::see_other;
use crate::http::forms::CheckedForm;
use crate::http::staff::Staff;
use crate::http::views::admin::UserDeletePage;
use crate::http::views::page;
use crate::services::{ManageError, Services};

/// `GET /admin/users/{id}/delete/`
pub(in crate::http) async fn confirm(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    let user = find(&services, *id).await?;
    let error = (user.id == staff.id).then(|| ManageError::OwnAccount.to_string());
    let filters = list_address::filters_of(&request);
    let asked = UserDeletePage::new(staff.frame()?, user, error, filters);
    page(HttpResponse::Ok(), &asked)
}

/// `POST /admin/users/{id}/delete/`
pub(in crate::http) async fn delete(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require_superuser()?;
    match services.accounts.delete(&staff.actor(), UserId(*id)).await {
        Ok(User { username, .. }) => {
            staff.say("success", format!("The user “{username}” was deleted."))?;
            Ok(see_other(&list_address::list_address(&fields)))
        }
        Err(err @ (ManageError::OwnAccount | ManageError::LastSuperuser)) => {
            let user = find(&services, *id).await?;
            let (error, filters) = (Some(err.to_string()), list_address::filters(&fields));
            let again = UserDeletePage::new(staff.frame()?, user, error, filters);
            page(HttpResponse::UnprocessableEntity(), &again)
        }
        Err(err) => Err(err.into()),
    }
}
