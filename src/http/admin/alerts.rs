//! The alerts of visitors: how many there are, and those of an address, to erase them.

use actix_web::{HttpRequest, HttpResponse};

use super::see_other;
use crate::domain::{EmailAddress, FieldErrors, Permission};
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::admin::AlertsPage;
use crate::http::views::form_page;
use crate::http::{Answer, AppError};

/// `GET /admin/alerts/`
pub(super) async fn index(staff: Staff, request: HttpRequest) -> Answer {
    staff.require(Permission::Enquiries)?;
    let alerts = &staff.services.alerts;
    let email = Fields::parse(request.query_string().as_bytes()).get("email").trim().to_owned();
    let (mut errors, mut found) = (FieldErrors::new(), None);
    if !email.is_empty()
        && let Some(address) = errors.check("email", EmailAddress::parse(&email))
    {
        found = Some(alerts.list_of(&address).await?);
    }
    let (frame, counts) = (staff.frame(), alerts.count().await?);
    let list = AlertsPage { frame, counts, email, found, errors };
    form_page(&list.errors, HttpResponse::BadRequest(), &list)
}

/// `POST /admin/alerts/`: erases all alerts of an address.
pub(super) async fn erase(staff: Staff, CheckedForm(fields): CheckedForm) -> Answer {
    staff.require(Permission::Enquiries)?;
    let address = EmailAddress::parse(fields.get("email"))
        .map_err(|err| AppError::Invalid(FieldErrors::of("email", err)))?;
    let count = staff.services.alerts.erase(&address).await?;
    log::info!("alerts erased count={count} user=\"{}\"", staff.username);
    staff.say(
        "success",
        match count {
            0 => "The address has no alerts.".to_owned(),
            1 => "One alert was deleted.".to_owned(),
            count => format!("{count} alerts were deleted."),
        },
    );
    Ok(see_other("/admin/alerts/"))
}
