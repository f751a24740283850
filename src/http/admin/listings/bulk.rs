//! Actions on several listings at once, after a confirmation.
//!
//! **Invariant:** an action on all listings that match needs a confirmation of exactly those, with a filter that was
//! valid, and none may have changed since.

use actix_web::{HttpResponse, HttpResponseBuilder};

use super::chosen::Chosen;
use super::{export, outcome, status};
use crate::domain::{BulkChange, FieldErrors, Location, Permission, Selection};
use crate::http::admin::see_other;
use crate::http::forms::{REFUSAL, SentForm};
use crate::http::staff::Staff;
use crate::http::views::admin::{BulkAction, BulkPage, parts};
use crate::http::views::{grouped, page};
use crate::http::{Answer, AppError};
use crate::services::BulkOutcome;

/// Listings that a confirmation names.
const NAMED: i64 = 10;

/// `POST /admin/properties/`: as Django's actions, first without and then with `post=yes`.
pub(in crate::http::admin) async fn act(
    staff: Staff,
    SentForm { fields, is_outdated }: SentForm,
) -> Answer {
    staff.require(Permission::View)?;
    let chosen = Chosen::of(&fields);
    let action = match (BulkAction::named(fields.get("action")), fields.get("action")) {
        (Some(action), _) => action,
        _ if is_outdated => return Err(AppError::Forbidden(REFUSAL)),
        (_, name) => match name.strip_prefix("export_") {
            Some(format) => return export::send(&staff, chosen, export::named(format)?).await,
            None => return Ok(nothing(&staff, &chosen)),
        },
    };
    staff.require(match action {
        BulkAction::Delete => Permission::Delete,
        BulkAction::Move | BulkAction::SetStatus => Permission::Change,
    })?;
    if chosen.listings.is_none() {
        return Ok(nothing(&staff, &chosen));
    }
    let typed = action.field().map_or("", |field| fields.get(field));
    let question = Question { action, typed, errors: FieldErrors::new(), notice: None };
    if is_outdated {
        let notice = Some(staff.outdated("Check the listings again, then confirm"));
        let question = Question { notice, ..question };
        return ask(HttpResponse::Forbidden(), &staff, &chosen, question).await;
    }
    if !chosen.confirmed {
        return ask(HttpResponse::Ok(), &staff, &chosen, question).await;
    }
    let change = match action {
        BulkAction::Delete => Ok(BulkChange::Delete),
        BulkAction::Move => Location::parse(typed)
            .map(BulkChange::Move)
            .map_err(|err| FieldErrors::of("location", err.to_string())),
        BulkAction::SetStatus => status::parse(&fields, "status").map(BulkChange::SetStatus),
    };
    match change {
        Ok(change) => apply(&staff, &chosen, change, question).await,
        Err(errors) => {
            let question = Question { errors, ..question };
            ask(HttpResponse::UnprocessableEntity(), &staff, &chosen, question).await
        }
    }
}

/// Redirects to the list, with the message that nothing was done.
fn nothing(staff: &Staff, chosen: &Chosen) -> HttpResponse {
    staff.say("warning", "Nothing was done. Select listings and an action first.");
    see_other(&chosen.address)
}

/// Applies the confirmed action.
async fn apply(
    staff: &Staff,
    chosen: &Chosen,
    change: BulkChange,
    question: Question<'_>,
) -> Answer {
    let Some((_, selection)) = chosen.listings.clone() else {
        return Ok(nothing(staff, chosen));
    };
    let editor = &staff.services.editor;
    let done = editor.change_selected(&staff.username, selection, change.clone(), chosen.expected);
    match (done.await?, change) {
        (BulkOutcome::Changed, _) => {
            // Other listings are chosen than staff were asked about, or one of them was changed.
            let notice = chosen.expected.map(|seen| {
                format!(
                    "Nothing was done. You were asked about {}, but at least one was changed, added or removed \
                    since then. Please check the current listings below.",
                    listings(seen.count)
                )
            });
            let question = Question { notice, ..question };
            return ask(HttpResponse::Conflict(), staff, chosen, question).await;
        }
        (BulkOutcome::Done { chosen, changed, .. }, BulkChange::Move(to)) => {
            let others = others(chosen - changed, "were already there");
            staff.say("success", format!("Moved {} to “{to}”.{others}", listings(changed)));
        }
        (BulkOutcome::Done { chosen, changed, .. }, BulkChange::SetStatus(status)) => {
            let (label, others) = (status.label(), others(chosen - changed, "already had it"));
            let text = format!("Set the status of {} to “{label}”.{others}", listings(changed));
            staff.say("success", text);
        }
        (BulkOutcome::Done { changed: 0, .. }, BulkChange::Delete) => {
            staff.say("warning", "These listings had already been deleted.");
        }
        (BulkOutcome::Done { changed, deletion, .. }, BulkChange::Delete) => {
            let text = format!("Successfully deleted {}.", listings(changed));
            staff.say_undoable(text, deletion, chosen.state.clone());
        }
    }
    Ok(see_other(&chosen.address))
}

/// What is said of listings that did not change.
fn others(count: i64, why: &str) -> String {
    match count {
        0 => String::new(),
        count => format!(" {} {why}.", grouped(count)),
    }
}

fn listings(count: i64) -> String {
    let noun = if count == 1 { "listing" } else { "listings" };
    format!("{} {noun}", grouped(count))
}

/// The data of the confirmation page.
struct Question<'a> {
    action: BulkAction,
    /// The new value as it was typed or chosen.
    typed: &'a str,
    errors: FieldErrors,
    /// Why it is asked once more.
    notice: Option<String>,
}

async fn ask(
    response: HttpResponseBuilder,
    staff: &Staff,
    chosen: &Chosen,
    Question { action, typed, errors, notice }: Question<'_>,
) -> Answer {
    let Some((list, selection)) = &chosen.listings else {
        return Ok(nothing(staff, chosen));
    };
    let look = staff.services.editor.look_at(selection, &list.order, NAMED).await?;
    let (ids, parts) = match selection {
        Selection::Rows(ids) => (ids.clone(), None),
        Selection::Matching(_) => (Vec::new(), Some(parts(list))),
    };
    let question = BulkPage {
        frame: staff.frame(),
        action,
        // Where no listings are left, nothing is asked.
        notice: notice.filter(|_| look.seen.count > 0),
        look,
        parts,
        ids,
        state: list.canonical(),
        typed: typed.to_owned(),
        places: match action {
            BulkAction::Move => outcome::places(staff).await,
            BulkAction::Delete | BulkAction::SetStatus => Vec::new(),
        },
        errors,
    };
    page(response, &question)
}
