//! The inbox of enquiries.

use actix_web::http::Method;
use actix_web::http::header::{self, ContentDisposition};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt as _;

use super::see_other;
use crate::domain::{EnquiryFilter, EnquiryState, FieldErrors, Permission, presentation};
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::admin::EnquiriesPage;
use crate::http::views::form_page;
use crate::http::{Answer, AppError};

/// The number of enquiries on a page.
const PAGE_SIZE: i64 = 25;

/// `GET /admin/enquiries/`
pub(super) async fn index(staff: Staff, request: HttpRequest) -> Answer {
    staff.require(Permission::Enquiries)?;
    let typed = request.query_string();
    let (filter, errors, (enquiries, total)) = match EnquiryFilter::parse(typed) {
        Err(errors) => (EnquiryFilter::default(), errors, (Vec::new(), 0)),
        Ok(filter) => {
            let found = staff.services.enquiries.list(&filter, PAGE_SIZE).await?;
            (filter, FieldErrors::new(), found)
        }
    };
    let (frame, typed) = (staff.frame(), Fields::parse(typed.as_bytes()));
    let pages = u16::try_from(total.max(0).unsigned_abs().div_ceil(PAGE_SIZE.unsigned_abs()));
    let pages = pages.unwrap_or(u16::MAX);
    let list = EnquiriesPage { frame, enquiries, pages, filter, typed, errors };
    form_page(&list.errors, HttpResponse::BadRequest(), &list)
}

/// `POST /admin/enquiries/`: changes the state of the selected enquiries, or deletes them.
pub(super) async fn act(staff: Staff, CheckedForm(fields): CheckedForm) -> Answer {
    staff.require(Permission::Enquiries)?;
    let ids: Vec<i64> = fields.all("id").filter_map(|id| id.parse().ok()).collect();
    let (action, enquiries) = (fields.get("action"), &staff.services.enquiries);
    let count = match (action, EnquiryState::named(action)) {
        _ if ids.is_empty() => 0,
        ("erase", _) => enquiries.erase(&ids).await?,
        (_, Some(state)) => enquiries.mark(&ids, state, &staff.username).await?,
        (_, None) => {
            let allowed = "The action must be new, read, answered, spam or erase.";
            return Err(AppError::BadRequest(allowed.to_owned()));
        }
    };
    let done = if action == "erase" { "deleted" } else { "changed" };
    staff.say(
        "success",
        match count {
            0 => "No enquiry was selected.".to_owned(),
            1 => format!("One enquiry was {done}."),
            count => format!("{count} enquiries were {done}."),
        },
    );
    let back = EnquiryFilter::parse(fields.get("filter")).unwrap_or_default();
    let query = back.at(back.page + 1);
    let mark = if query.is_empty() { "" } else { "?" };
    Ok(see_other(&format!("/admin/enquiries/{mark}{query}")))
}

/// `GET /admin/enquiries/export/`: the enquiries that the filter selects, as CSV.
pub(super) async fn export(staff: Staff, request: HttpRequest) -> Answer {
    staff.require(Permission::Enquiries)?;
    let filter = EnquiryFilter::parse(request.query_string()).map_err(AppError::Invalid)?;
    let name = format!("enquiries-{}.csv", presentation().today());
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header(ContentDisposition::attachment(name));
    // Nothing is read for an answer without a body.
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    let pieces = staff.services.enquiries.export(filter).await?;
    Ok(response.streaming(pieces.map(|piece| piece.map(Bytes::from))))
}
