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
use crate::services::{ImportOutcome, LOOK_SECONDS, MAX_UPLOAD_BYTES, PreviewOutcome, Services};

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
                "The file is larger than {limit} MB. Divide it, or use the command “loaddata --sheet”."
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
    preview(&staff, UploadId(*id), false, &services).await
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
        ImportOutcome::Refused => preview(&staff, id, true, &services).await,
        ImportOutcome::Gone => gone(&staff),
        ImportOutcome::Busy => Err(busy()),
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

/// A look at a file, perhaps because its import was refused.
async fn preview(
    staff: &Staff,
    id: UploadId,
    refused: bool,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let found = match services.editor.preview_import(staff.id, id).await? {
        PreviewOutcome::Found(found) => found,
        PreviewOutcome::Gone => return gone(staff),
        PreviewOutcome::Busy => return Err(busy()),
        PreviewOutcome::TooLong => return too_long(staff),
    };
    let preview = ImportPreviewPage::new(staff.frame()?, id, found, refused);
    let response = match refused || !preview.is_importable() {
        false => HttpResponse::Ok(),
        true => HttpResponse::UnprocessableEntity(),
    };
    page(response, &preview)
}

/// For somebody whose turn hasn't come.
fn busy() -> AppError {
    let text = "Other files are being imported at the moment. Your file is kept and nothing of it was imported: try again \
        in a few seconds.";
    AppError::Conflict(text.to_owned())
}

/// The form, for a file that is too much for a look.
fn too_long(staff: &Staff) -> Result<HttpResponse, AppError> {
    let text = format!(
        "Looking at the file took longer than {LOOK_SECONDS} seconds. Divide it, or use the command “loaddata --sheet”."
    );
    let errors = FieldErrors::of("file", text);
    form(HttpResponse::UnprocessableEntity(), staff, errors)
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
