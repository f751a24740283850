//! Parts that the import pages share: the permission, the page of columns, and the response for a file that is gone.

use actix_web::HttpResponse;

use crate::domain::{FieldErrors, Permission, UploadId};
use crate::http::admin::see_other;
use crate::http::staff::Staff;
use crate::http::views::admin::ImportColumnsPage;
use crate::http::views::list_address::carrying;
use crate::http::views::page;
use crate::http::{Answer, AppError};
use crate::services::FileColumns;
use crate::services::fixtures::Choices;

/// The form that takes a file.
pub(super) const FORM: &str = "/admin/properties/import/";

/// Refuses staff who may not both add and change listings.
pub(super) fn require(staff: &Staff) -> Result<(), AppError> {
    staff.require(Permission::Add)?;
    staff.require(Permission::Change)
}

/// The page of columns, with the submitted choices or else the stored ones.
pub(super) async fn screen(
    staff: &Staff,
    id: UploadId,
    typed: Option<Choices>,
    errors: FieldErrors,
    filters: String,
) -> Answer {
    let found = staff.services.editor.import_columns(staff.id, id, typed).await?;
    let Some(FileColumns { file_name, columns, choices }) = found else {
        return Ok(gone(staff, &filters));
    };
    let response = match errors.is_empty() {
        true => HttpResponse::Ok(),
        false => HttpResponse::UnprocessableEntity(),
    };
    let view =
        ImportColumnsPage::new(staff.frame(), id, file_name, columns, &choices, errors, filters);
    page(response, &view)
}

/// Back to the form: the file is no longer kept.
pub(super) fn gone(staff: &Staff, filters: &str) -> HttpResponse {
    let text = "This file is no longer available: it was imported, discarded or replaced, or an hour has \
    passed. Check the listings, or choose the file again.";
    staff.say("warning", text);
    see_other(&carrying(FORM, filters))
}
