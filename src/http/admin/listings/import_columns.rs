//! The columns of an uploaded file: shows and changes the field that each is read as.

use actix_web::http::header::{self, ContentDisposition};
use actix_web::{HttpRequest, HttpResponse, web};

use super::import_answer::{gone, require, screen};
use crate::domain::{FACTS, FieldErrors, REQUIRED, UploadId};
use crate::http::admin::list_state::List;
use crate::http::admin::see_other;
use crate::http::forms::{CheckedForm, Fields};
use crate::http::staff::Staff;
use crate::http::views::list_address::carrying;
use crate::http::{Answer, AppError};
use crate::services::ChoiceOutcome;
use crate::services::fixtures::Choices;

/// `GET /admin/properties/import/{id}/columns/`
pub(in crate::http::admin) async fn show(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
) -> Answer {
    require(&staff)?;
    let filters = List::Listings.state_of(&request);
    screen(&staff, UploadId(*id), None, FieldErrors::new(), filters).await
}

/// `POST /admin/properties/import/{id}/columns/`
pub(in crate::http::admin) async fn choose(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
) -> Answer {
    require(&staff)?;
    let (id, filters) = (UploadId(*id), List::Listings.state(&fields));
    let (mut choices, mut errors) = choices(&fields);
    if errors.is_empty() {
        let editor = &staff.services.editor;
        match editor.choose_columns(staff.id, id, &choices).await? {
            ChoiceOutcome::Kept => {
                let preview = format!("/admin/properties/import/{id}/");
                return Ok(see_other(&carrying(&preview, &filters)));
            }
            ChoiceOutcome::Gone => return Ok(gone(&staff, &filters)),
            ChoiceOutcome::Unreadable => {
                errors.add("encoding", "The file can’t be read with this encoding.");
                choices.encoding = None;
            }
        }
    }
    screen(&staff, id, Some(choices), errors, filters).await
}

/// `GET /admin/properties/import/{id}/invalid/`: the invalid rows, each with what is wrong with it.
pub(in crate::http::admin) async fn invalid(staff: Staff, id: web::Path<i64>) -> Answer {
    require(&staff)?;
    let found = staff.services.editor.refused_rows(staff.id, UploadId(*id)).await?;
    let rows = found.ok_or(AppError::NotFound)?;
    let (kind, name) = match rows.is_json {
        true => ("application/x-ndjson; charset=utf-8", "invalid-rows.jsonl"),
        false => ("text/csv; charset=utf-8; header=present", "invalid-rows.csv"),
    };
    let mut response = HttpResponse::Ok();
    let response = response.insert_header((header::CONTENT_TYPE, kind));
    Ok(response.insert_header(ContentDisposition::attachment(name)).body(rows.content))
}

/// The choices of a form, and what is wrong with them.
fn choices(fields: &Fields) -> (Choices, FieldErrors) {
    let (mut choices, mut errors) = (Choices::default(), FieldErrors::new());
    for (name, field) in fields.all("column").zip(fields.all("field")) {
        match field {
            "" => choices.ignore.push(name.to_owned()),
            field => choices.map.push((name.to_owned(), field.to_owned())),
        }
    }
    for fact in &FACTS[..REQUIRED] {
        let column = fields.get(&format!("from-{}", fact.name));
        if !column.is_empty() {
            choices.ignore.retain(|name| name != column);
            choices.map.push((column.to_owned(), fact.name.to_owned()));
        }
        let value = fields.get(&format!("default-{}", fact.name)).trim();
        if !value.is_empty() {
            errors.check(fact.name, fact.parse(value));
            choices.default.push((fact.name.to_owned(), value.to_owned()));
        }
    }
    choices.decimal = fields.get("decimal").parse().ok();
    choices.date_order = fields.get("date_order").parse().ok();
    let encoding = fields.get("encoding").trim();
    choices.encoding = (!encoding.is_empty()).then(|| encoding.to_owned());
    (choices, errors)
}
