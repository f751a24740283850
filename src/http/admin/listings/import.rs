//! Importing listings from a file: sent, looked at, applied.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::super::upload::{Sent, receive};
use super::list_address::{filters, filters_of};
use crate::domain::{FieldErrors, Permission, UploadId};
use crate::http::AppError;
use crate::http::admin::see_other;
use crate::http::forms::CheckedForm;
use crate::http::staff::Staff;
use crate::http::views::admin::{ImportPage, ImportPreviewPage};
use crate::http::views::list_address::{carrying, list_in};
use crate::http::views::{grouped, page};
use crate::services::fixtures::ImportReport;
use crate::services::{ImportOutcome, LOOK_SECONDS, MAX_UPLOAD_BYTES, PreviewOutcome, Services};

const FORM: &str = "/admin/properties/import/";

/// `GET /admin/properties/import/`
pub(in crate::http) async fn new(
    staff: Staff,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    require(&staff)?;
    let filters = filters_of(&request);
    form(HttpResponse::Ok(), &staff, FieldErrors::new(), filters)
}

/// `POST /admin/properties/import/`
pub(in crate::http) async fn create(
    staff: Staff,
    request: HttpRequest,
    parts: Multipart,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    require(&staff)?;
    let filters = filters_of(&request);
    match receive(&staff, &request, parts, MAX_UPLOAD_BYTES).await? {
        Sent::File { name, content } if !content.is_empty() => {
            let editor = &services.editor;
            let id = editor.keep_upload(staff.id, name, content).await?;
            let id = id.ok_or_else(taken)?;
            Ok(see_other(&carrying(&format!("{FORM}{id}/"), &filters)))
        }
        Sent::File { .. } | Sent::Nothing => empty(&staff, filters),
        Sent::TooLarge => too_large(&staff, filters),
        Sent::Outdated => {
            let text = staff.outdated("Choose the file again and send it");
            wrong(HttpResponse::Forbidden(), &staff, text, filters)
        }
    }
}

/// `GET /admin/properties/import/{id}/`
pub(in crate::http) async fn show(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    require(&staff)?;
    preview(&staff, UploadId(*id), false, filters_of(&request), &services).await
}

/// `POST /admin/properties/import/{id}/`
pub(in crate::http) async fn apply(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    require(&staff)?;
    let (id, filters) = (UploadId(*id), filters(&fields));
    if fields.has("_discard") {
        return discard(&staff, id, filters, &services).await;
    }
    let skip_invalid = fields.has("skip_invalid");
    let editor = &services.editor;
    let done = editor.import(&staff.username, staff.id, id, skip_invalid);
    match done.await? {
        ImportOutcome::Done(report) => imported(&staff, &report, &filters),
        ImportOutcome::Refused => preview(&staff, id, true, filters, &services).await,
        ImportOutcome::Gone => gone(&staff, &filters),
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
    filters: String,
) -> Result<HttpResponse, AppError> {
    let import = ImportPage { frame: staff.frame()?, errors, filters };
    page(response, &import)
}

/// The form with what is wrong with the file.
fn wrong(
    response: HttpResponseBuilder,
    staff: &Staff,
    message: String,
    filters: String,
) -> Result<HttpResponse, AppError> {
    form(response, staff, FieldErrors::of("file", message), filters)
}

fn empty(staff: &Staff, filters: String) -> Result<HttpResponse, AppError> {
    let text = "Choose a file that is not empty.".to_owned();
    wrong(HttpResponse::UnprocessableEntity(), staff, text, filters)
}

fn too_large(staff: &Staff, filters: String) -> Result<HttpResponse, AppError> {
    let limit = MAX_UPLOAD_BYTES >> 20;
    let text = format!(
        "The file is larger than {limit} MB. Split it, or use the command “loaddata --sheet”."
    );
    wrong(HttpResponse::PayloadTooLarge(), staff, text, filters)
}

/// A look at a file, perhaps because its import was refused.
async fn preview(
    staff: &Staff,
    id: UploadId,
    refused: bool,
    filters: String,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let found = match services.editor.preview_import(staff.id, id).await? {
        PreviewOutcome::Found(found) => found,
        PreviewOutcome::Gone => return gone(staff, &filters),
        PreviewOutcome::Busy => return Err(busy()),
        PreviewOutcome::TooLong => return too_long(staff, filters),
    };
    let preview = ImportPreviewPage::new(staff.frame()?, id, found, refused, filters);
    let response = match refused || !preview.is_importable() {
        false => HttpResponse::Ok(),
        true => HttpResponse::UnprocessableEntity(),
    };
    page(response, &preview)
}

async fn discard(
    staff: &Staff,
    id: UploadId,
    filters: String,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    if !services.editor.forget_upload(staff.id, id).await? {
        return gone(staff, &filters);
    }
    let text = "The file was discarded. Nothing was changed.";
    staff.say("success", text.to_owned())?;
    Ok(see_other(&carrying(FORM, &filters)))
}

/// The answer while too many imports run.
fn busy() -> AppError {
    let text = "Other files are being imported at the moment. Nothing was imported, but your file is kept: try \
    again in a few seconds.";
    AppError::Conflict(text.to_owned())
}

/// The answer while the user's last file is being imported.
fn taken() -> AppError {
    let text = "Your previous file is still being imported, so this file was not kept. Send it again when the \
    import is finished.";
    AppError::Conflict(text.to_owned())
}

/// The form, for a file that is too much for a look.
fn too_long(staff: &Staff, filters: String) -> Result<HttpResponse, AppError> {
    let text = format!(
        "Reading the file took longer than {LOOK_SECONDS} seconds. Split it, or use the command “loaddata --sheet”."
    );
    wrong(HttpResponse::UnprocessableEntity(), staff, text, filters)
}

/// Back to the form: the file is no longer kept.
fn gone(staff: &Staff, filters: &str) -> Result<HttpResponse, AppError> {
    let text = "This file is no longer available: it was imported, discarded or replaced, or an hour has \
    passed. Check the listings, or choose the file again.";
    staff.say("warning", text.to_owned())?;
    Ok(see_other(&carrying(FORM, filters)))
}

fn imported(staff: &Staff, report: &ImportReport, filters: &str) -> Result<HttpResponse, AppError> {
    staff.say("success", told(report))?;
    Ok(see_other(&staff.way_on(list_in(filters))))
}

fn told(report: &ImportReport) -> String {
    let merged = &report.merged;
    let mut text = format!(
        "Imported: {} added, {} changed, {} unchanged.",
        grouped(merged.added),
        grouped(merged.changed - merged.added),
        grouped(merged.staged - merged.changed)
    );
    match report.refused {
        0 => {}
        1 => text.push_str(" 1 invalid row was skipped."),
        rows => text.push_str(&format!(" {} invalid rows were skipped.", grouped(rows))),
    }
    text
}
