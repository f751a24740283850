//! The inbox of enquiries.

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpRequest, HttpResponse};
use chrono::SecondsFormat;

use super::see_other;
use crate::domain::{EnquiryFilter, EnquiryState, FieldErrors, Permission, presentation};
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::admin::EnquiriesPage;
use crate::http::views::form_page;
use crate::http::{Answer, AppError};

/// The number of enquiries on a page.
const PAGE_SIZE: i64 = 25;
/// The maximum number of enquiries in an export.
const MOST: i64 = 100_000;

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
    let filter = EnquiryFilter { page: 0, ..filter };
    let (enquiries, _) = staff.services.enquiries.list(&filter, MOST).await?;
    let mut out = csv::Writer::from_writer(Vec::new());
    let fault = |err: &dyn std::fmt::Display| AppError::Fault(err.to_string());
    let names = [
        "id",
        "created_at",
        "state",
        "listing",
        "title",
        "name",
        "email",
        "phone",
        "viewing",
        "message",
    ];
    out.write_record(names).map_err(|err| fault(&err))?;
    for found in enquiries {
        let at = found.created_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let viewing = if found.viewing { "yes" } else { "no" };
        let cells = [
            found.id.to_string(),
            at,
            found.state.name().to_owned(),
            found.property.to_string(),
            harmless(&found.property_title),
            harmless(&found.name),
            harmless(&found.email),
            harmless(&found.phone),
            viewing.to_owned(),
            harmless(&found.message),
        ];
        out.write_record(cells).map_err(|err| fault(&err))?;
    }
    let name = format!("enquiries-{}.csv", presentation().today());
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(name)],
    };
    let body = out.into_inner().map_err(|err| fault(&err))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header(disposition)
        .body(body))
}

/// A cell that no spreadsheet interprets as a formula.
fn harmless(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}
