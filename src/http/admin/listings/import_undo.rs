//! Undoing an import as a whole.

use actix_web::web;

use super::import_answer::{FORM, require};
use crate::domain::Permission;
use crate::http::admin::list_state::List;
use crate::http::admin::see_other;
use crate::http::forms::CheckedForm;
use crate::http::staff::Staff;
use crate::http::views::grouped;
use crate::http::views::list_address::carrying;
use crate::http::{Answer, AppError};

/// `POST /admin/properties/import/undo/{id}/`
pub(in crate::http::admin) async fn undo(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
) -> Answer {
    require(&staff)?;
    staff.require(Permission::Delete)?;
    let undone = staff.services.editor.undo_import(&staff.username, *id).await?;
    let (count, left) = undone.ok_or(AppError::NotFound)?;
    let mut text =
        format!("The import was undone: {} listing(s) are as they were.", grouped(count));
    if left > 0 {
        let left = grouped(left);
        text.push_str(&format!(" {left} listing(s) were changed or deleted after the import, and were left as they are."));
    }
    staff.say("success", text);
    Ok(see_other(&carrying(FORM, &List::Listings.state(&fields))))
}
