//! What is done with several listings at once, after a look at which they are.
//!
//! **Invariant:** nothing is done with all listings that match unless staff were asked about exactly those, by a filter that was
//! read without a doubt, and each still is as it was then.

use actix_web::{HttpResponse, HttpResponseBuilder};

use super::chosen::Chosen;
use super::{export, outcome};
use crate::domain::{BulkChange, FieldErrors, Location, Permission, Selection};
use crate::http::admin::see_other;
use crate::http::forms::{REFUSAL, SentForm};
use crate::http::staff::Staff;
use crate::http::views::admin::{BulkPage, parts};
use crate::http::views::{grouped, page};
use crate::http::{Answer, AppError};
use crate::services::BulkOutcome;
use crate::services::fixtures::Format;

/// Listings that a confirmation names.
const NAMED: i64 = 10;

/// `POST /admin/properties/`: as Django's actions, first without and then with `post=yes`.
pub(in crate::http::admin) async fn act(
    staff: Staff,
    SentForm { fields, is_outdated }: SentForm,
) -> Answer {
    staff.require(Permission::View)?;
    let chosen = Chosen::of(&fields);
    let (deletes, needs) = match fields.get("action") {
        "delete_selected" => (true, Permission::Delete),
        "move_selected" => (false, Permission::Change),
        _ if is_outdated => return Err(AppError::Forbidden(REFUSAL)),
        "export_csv" => return export::send(&staff, chosen, Format::Csv).await,
        "export_jsonl" => return export::send(&staff, chosen, Format::JsonLines).await,
        _ => return Ok(nothing(&staff, &chosen)),
    };
    staff.require(needs)?;
    if chosen.listings.is_none() {
        return Ok(nothing(&staff, &chosen));
    }
    let location = fields.get("location");
    if is_outdated {
        let notice = staff.outdated("Check the listings again, then confirm");
        let question = Question { deletes, location, notice: Some(notice), ..Question::default() };
        return ask(HttpResponse::Forbidden(), &staff, &chosen, question).await;
    }
    if !chosen.confirmed {
        let question = Question { deletes, ..Question::default() };
        return ask(HttpResponse::Ok(), &staff, &chosen, question).await;
    }
    let change = match deletes {
        true => BulkChange::Delete,
        false => match Location::parse(location) {
            Ok(to) => BulkChange::Move(to),
            Err(err) => {
                let errors = FieldErrors::of("location", err.to_string());
                let question = Question { location, errors, ..Question::default() };
                return ask(HttpResponse::UnprocessableEntity(), &staff, &chosen, question).await;
            }
        },
    };
    apply(&staff, &chosen, change, location).await
}

/// Back to the list, where it is said that nothing was done.
fn nothing(staff: &Staff, chosen: &Chosen) -> HttpResponse {
    staff.say("warning", "Nothing was done. Select listings and an action first.");
    see_other(&chosen.address)
}

/// Does what staff were asked about.
async fn apply(staff: &Staff, chosen: &Chosen, change: BulkChange, typed: &str) -> Answer {
    let Some((_, selection)) = chosen.listings.clone() else {
        return Ok(nothing(staff, chosen));
    };
    let editor = &staff.services.editor;
    let done = editor.change_selected(&staff.username, selection, change.clone(), chosen.expected);
    match (done.await?, change) {
        (BulkOutcome::Changed, change) => {
            // Other listings are chosen than staff were asked about, or one of them was changed.
            let notice = chosen.expected.map(|seen| {
                format!(
                    "Nothing was done. You were asked about {}, but at least one was changed, added or removed \
                    since then. Please check the current listings below.",
                    listings(seen.count)
                )
            });
            let deletes = matches!(change, BulkChange::Delete);
            let question = Question { deletes, location: typed, notice, ..Question::default() };
            return ask(HttpResponse::Conflict(), staff, chosen, question).await;
        }
        (BulkOutcome::Done { chosen, changed, .. }, BulkChange::Move(to)) => {
            let others = match chosen - changed {
                0 => String::new(),
                others => format!(" {} were already there.", grouped(others)),
            };
            staff.say("success", format!("Moved {} to “{to}”.{others}", listings(changed)));
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

fn listings(count: i64) -> String {
    let noun = if count == 1 { "listing" } else { "listings" };
    format!("{} {noun}", grouped(count))
}

/// What staff are asked before something is done.
#[derive(Default)]
struct Question<'a> {
    /// Whether the listings are to be deleted; otherwise moved.
    deletes: bool,
    /// The new location as it was typed.
    location: &'a str,
    errors: FieldErrors,
    /// Why it is asked once more.
    notice: Option<String>,
}

async fn ask(
    response: HttpResponseBuilder,
    staff: &Staff,
    chosen: &Chosen,
    Question { deletes, location, errors, notice }: Question<'_>,
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
        deletes,
        // Where no listings are left, nothing is asked.
        notice: notice.filter(|_| look.seen.count > 0),
        look,
        parts,
        ids,
        state: list.canonical(),
        location: location.to_owned(),
        places: if deletes { Vec::new() } else { outcome::places(staff).await },
        errors,
    };
    page(response, &question)
}
