//! Imports listings from a file: upload, preview, import.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::super::upload::{Sent, receive};
use super::import_answer::{FORM, gone, require, screen};
use crate::domain::{FieldErrors, UploadId};
use crate::http::admin::list_state::List;
use crate::http::admin::see_other;
use crate::http::forms::CheckedForm;
use crate::http::staff::Staff;
use crate::http::views::admin::{ImportPage, ImportPreviewPage};
use crate::http::views::list_address::{carrying, list_in};
use crate::http::views::{grouped, page};
use crate::http::{Answer, AppError};
use crate::services::fixtures::{ImportReport, Missing};
use crate::services::{ImportOutcome, LOOK_SECONDS, MAX_UPLOAD_BYTES, PreviewOutcome, Unread};

/// `GET /admin/properties/import/`
pub(in crate::http::admin) async fn new(staff: Staff, request: HttpRequest) -> Answer {
    require(&staff)?;
    let filters = List::Listings.state_of(&request);
    let recent = staff.services.editor.recent_imports().await?;
    let form = ImportPage { frame: staff.frame(), errors: FieldErrors::new(), recent, filters };
    page(HttpResponse::Ok(), &form)
}

/// `POST /admin/properties/import/`
pub(in crate::http::admin) async fn create(
    staff: Staff,
    request: HttpRequest,
    parts: Multipart,
) -> Answer {
    require(&staff)?;
    let filters = List::Listings.state_of(&request);
    let (response, text) = match receive(&staff, &request, parts, MAX_UPLOAD_BYTES).await? {
        Sent::File { name, content } if !content.is_empty() => {
            let id = staff.services.editor.keep_upload(staff.id, name, content).await?;
            // The user's last file is being imported.
            let id = id.ok_or_else(|| {
                conflict(
                    "Your previous file is still being imported, so this file was not kept. Send it again when the \
                    import is finished.",
                )
            })?;
            return Ok(see_other(&carrying(&format!("{FORM}{id}/"), &filters)));
        }
        Sent::File { .. } | Sent::Nothing => {
            let text = "Choose a file that is not empty.".to_owned();
            (HttpResponse::UnprocessableEntity(), text)
        }
        Sent::TooLarge => {
            let limit = MAX_UPLOAD_BYTES >> 20;
            let text = format!(
                "The file is larger than {limit} MB. Compress it, split it, or use the command “loaddata”."
            );
            (HttpResponse::PayloadTooLarge(), text)
        }
        Sent::Outdated => {
            (HttpResponse::Forbidden(), staff.outdated("Choose the file again and send it"))
        }
    };
    wrong(response, &staff, text, filters)
}

/// `GET /admin/properties/import/{id}/`
pub(in crate::http::admin) async fn show(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
) -> Answer {
    require(&staff)?;
    preview(&staff, UploadId(*id), None, List::Listings.state_of(&request)).await
}

/// `POST /admin/properties/import/{id}/`
pub(in crate::http::admin) async fn apply(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
) -> Answer {
    require(&staff)?;
    let (id, filters) = (UploadId(*id), List::Listings.state(&fields));
    let editor = &staff.services.editor;
    if fields.has("_discard") {
        if !editor.forget_upload(staff.id, id).await? {
            return Ok(gone(&staff, &filters));
        }
        staff.say("success", "The file was discarded. Nothing was changed.");
        return Ok(see_other(&carrying(FORM, &filters)));
    }
    let missing = match (fields.has("withdraw_missing"), fields.has("withdraw_any")) {
        (false, _) => Missing::Keep,
        (true, false) => Missing::Withdraw,
        (true, true) => Missing::WithdrawAny,
    };
    let skip = fields.has("skip_invalid");
    let done = editor.import(&staff.username, staff.id, id, skip, missing);
    match done.await? {
        ImportOutcome::Done(report) => {
            staff.say("success", told(&report));
            Ok(see_other(&staff.way_on(list_in(&filters))))
        }
        ImportOutcome::Refused => preview(&staff, id, Some(REFUSED.to_owned()), filters).await,
        ImportOutcome::Missing(text) => preview(&staff, id, Some(text), filters).await,
        ImportOutcome::Gone => Ok(gone(&staff, &filters)),
        ImportOutcome::Busy => Err(conflict(BUSY)),
    }
}

/// The form with the error of the file.
fn wrong(response: HttpResponseBuilder, staff: &Staff, message: String, filters: String) -> Answer {
    let errors = FieldErrors::of("file", message);
    page(response, &ImportPage { frame: staff.frame(), errors, recent: Vec::new(), filters })
}

/// Why nothing was imported.
const REFUSED: &str = "Nothing was imported because some rows are invalid. Correct them, or import only the valid rows.";

/// The preview of a file, with the reason if its import was refused.
async fn preview(staff: &Staff, id: UploadId, refused: Option<String>, filters: String) -> Answer {
    let found = match staff.services.editor.preview_import(staff.id, id).await? {
        PreviewOutcome::Found(found) => *found,
        PreviewOutcome::Gone => return Ok(gone(staff, &filters)),
        PreviewOutcome::Busy => return Err(conflict(BUSY)),
        PreviewOutcome::TooLong => {
            let text = format!(
                "Reading the file took longer than {LOOK_SECONDS} seconds. Split it, or use the command \
                “loaddata”."
            );
            return wrong(HttpResponse::UnprocessableEntity(), staff, text, filters);
        }
    };
    if let Err(Unread::Unclear(_)) = &found.found {
        return screen(staff, id, None, FieldErrors::new(), filters).await;
    }
    let was_refused = refused.is_some();
    let preview = ImportPreviewPage::new(staff.frame(), id, found, refused, filters);
    let response = match was_refused || !preview.is_importable() {
        false => HttpResponse::Ok(),
        true => HttpResponse::UnprocessableEntity(),
    };
    page(response, &preview)
}

/// The answer while too many imports run.
const BUSY: &str = "Other files are being imported at the moment. Nothing was imported, but your file is kept: try \
    again in a few seconds.";

fn conflict(text: &str) -> AppError {
    AppError::Conflict(text.to_owned())
}

fn told(report: &ImportReport) -> String {
    let merged = &report.merged;
    let mut text = format!(
        "Imported: {} added, {} changed, {} unchanged.",
        grouped(merged.added),
        grouped(merged.changed - merged.added),
        grouped(merged.staged - merged.changed)
    );
    match report.withdrawn {
        0 => {}
        1 => text.push_str(" 1 listing that is not in the file was withdrawn."),
        many => {
            text.push_str(&format!(
                " {} listings that are not in the file were withdrawn.",
                grouped(many)
            ));
        }
    }
    match report.refused {
        0 => {}
        1 => text.push_str(" 1 invalid row was skipped."),
        rows => text.push_str(&format!(" {} invalid rows were skipped.", grouped(rows))),
    }
    text
}
