//! Importing listings from a file: sent, looked at, applied.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::super::upload::{Sent, receive};
use crate::domain::{FieldErrors, Permission, UploadId};
use crate::http::AppError;
use crate::http::admin::request::CheckedForm;
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::{ImportPage, ImportPreviewPage};
use crate::http::views::{grouped, page};
use crate::services::fixtures::ImportReport;
use crate::services::{ImportOutcome, MAX_UPLOAD_BYTES, Services};

const FORM: &str = "/admin/properties/import/";

/// `GET /admin/properties/import/`
pub(in crate::http) async fn new(staff: Staff) -> Result<HttpResponse, AppError> {
    require(&staff)?;
    form(HttpResponse::Ok(), &staff, FieldErrors::new())
}

/// `POST /admin/properties/import/`
pub(in crate::http) async fn create(
    staff: Staff,
    request: HttpRequest,
    parts: Multipart,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    require(&staff)?;
    let wrong = |message: String| FieldErrors::of("file", message);
    let (file_name, content) = match receive(&staff, &request, parts, MAX_UPLOAD_BYTES).await? {
        Sent::File { name, content } if !content.is_empty() => (name, content),
        Sent::File { .. } | Sent::Nothing => {
            let errors = wrong("Choose a file that is not empty.".to_owned());
            return form(HttpResponse::UnprocessableEntity(), &staff, errors);
        }
        Sent::TooLarge => {
            let limit = MAX_UPLOAD_BYTES >> 20;
            let errors = wrong(format!(
                "The file is larger than {limit} MB. Divide it, or use the command loaddata."
            ));
            return form(HttpResponse::PayloadTooLarge(), &staff, errors);
        }
    };
    let editor = &services.editor;
    let id = editor.keep_upload(staff.id, file_name, content).await?;
    Ok(see_other(&format!("{FORM}{id}/")))
}

/// `GET /admin/properties/import/{id}/`
pub(in crate::http) async fn show(
    staff: Staff,
    id: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    require(&staff)?;
    preview(&staff, UploadId(*id), None, &services).await
}

/// `POST /admin/properties/import/{id}/`
pub(in crate::http) async fn apply(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    require(&staff)?;
    let (id, editor) = (UploadId(*id), &services.editor);
    if fields.has("_discard") {
        editor.forget_upload(staff.id, id).await?;
        staff.say(
            "success",
            "The file was discarded. Nothing was changed.".into(),
        )?;
        return Ok(see_other(FORM));
    }
    let skip_invalid = fields.has("skip_invalid");
    let done = editor.import(&staff.username, staff.id, id, skip_invalid);
    match done.await? {
        ImportOutcome::Done(report) => {
            staff.say("success", told(&report))?;
            Ok(see_other("/admin/properties/"))
        }
        ImportOutcome::Refused => {
            let notice = "Nothing was imported, because rows are bad. Correct them, or import the good rows only.";
            preview(&staff, id, Some(notice), &services).await
        }
        ImportOutcome::Gone => gone(&staff),
    }
}

fn require(staff: &Staff) -> Result<(), AppError> {
    staff.require(Permission::Add)?;
    staff.require(Permission::Change)
}

fn form(
    response: HttpResponseBuilder,
    staff: &Staff,
    errors: FieldErrors,
) -> Result<HttpResponse, AppError> {
    let frame = staff.frame()?;
    page(response, &ImportPage { frame, errors })
}

async fn preview(
    staff: &Staff,
    id: UploadId,
    notice: Option<&'static str>,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let Some(found) = services.editor.preview_import(staff.id, id).await? else {
        return gone(staff);
    };
    let response = match notice.is_none() && found.found.is_ok() {
        true => HttpResponse::Ok(),
        false => HttpResponse::UnprocessableEntity(),
    };
    let preview = ImportPreviewPage::new(staff.frame()?, id, found);
    page(response, &preview.with_notice(notice))
}

/// To the form, for somebody whose file is there no more.
fn gone(staff: &Staff) -> Result<HttpResponse, AppError> {
    let text = "That file is no longer here: it was imported, discarded or replaced, or an hour has passed. Look at the \
        listings, or choose the file again.";
    staff.say("warning", text.to_owned())?;
    Ok(see_other(FORM))
}

fn told(report: &ImportReport) -> String {
    let merged = &report.merged;
    let mut text = format!(
        "Imported: {} added, {} changed, {} the same already.",
        grouped(merged.added),
        grouped(merged.changed - merged.added),
        grouped(merged.staged - merged.changed)
    );
    match report.refused {
        0 => {}
        1 => text.push_str(" 1 bad row was left out."),
        rows => text.push_str(&format!(" {} bad rows were left out.", grouped(rows))),
    }
    text
}
