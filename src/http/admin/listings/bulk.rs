//! What is done with several listings at once, after a look at which they are.
//!
//! **Invariant:** nothing is done with all listings that match unless staff were asked about exactly those, by a filter that was
//! read without a doubt, and each still is as it was then.

use actix_web::{HttpResponse, web};

use super::chosen::Chosen;
use super::{export, outcome};
use crate::domain::{
    AdminListQuery, BulkChange, EventId, FieldErrors, Location, Permission, Selection,
};
use crate::http::AppError;
use crate::http::admin::see_other;
use crate::http::forms::{REFUSAL, SentForm};
use crate::http::staff::Staff;
use crate::http::views::admin::{BulkAction, BulkPage};
use crate::http::views::{grouped, page};
use crate::services::fixtures::Format;
use crate::services::{BulkOutcome, Services};

/// Listings that a confirmation names.
const NAMED: i64 = 10;

/// `POST /admin/properties/`: as Django's actions, first without and then with `post=yes`.
pub(in crate::http) async fn act(
    staff: Staff,
    form: SentForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::View)?;
    let (fields, is_outdated) = form.into_parts();
    let chosen = Chosen::of(&fields);
    let (action, location) = match fields.get("action") {
        "delete_selected" => (BulkAction::Delete, ""),
        "move_selected" => (BulkAction::Move, fields.get("location")),
        _ if is_outdated => return Err(AppError::Forbidden(REFUSAL)),
        "export_csv" => return export::send(&chosen, Format::Csv, &services).await,
        "export_jsonl" => return export::send(&chosen, Format::JsonLines, &services).await,
        _ => return nothing(&staff, &chosen.address),
    };
    staff.require(action.needs())?;
    let Some((list, selection)) = &chosen.listings else {
        return nothing(&staff, &chosen.address);
    };
    let question = Question { action, list, selection, chosen: &chosen };
    let typed = Typed { location, errors: FieldErrors::new() };
    match (is_outdated, chosen.confirmed) {
        (true, _) => question.ask_after_login(&staff, &services, typed).await,
        (false, true) => change(&staff, question, typed, &services).await,
        (false, false) => question.ask(&staff, &services, Typed::default()).await,
    }
}

/// Back to the list, where it is said that nothing was done.
fn nothing(staff: &Staff, address: &str) -> Result<HttpResponse, AppError> {
    let text = "Nothing was done. Select listings and an action first.";
    staff.say("warning", text.to_owned())?;
    Ok(see_other(address))
}

/// Does what staff were asked about.
async fn change(
    staff: &Staff,
    question: Question<'_>,
    mut typed: Typed<'_>,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let to = match question.action {
        BulkAction::Delete => None,
        BulkAction::Move => {
            let parsed = Location::parse(typed.location);
            let Some(to) = typed.errors.check("location", parsed) else {
                return question.ask(staff, services, typed).await;
            };
            Some(to)
        }
    };
    let (selection, expected) = (question.selection.clone(), question.chosen.expected);
    let change = to.clone().map_or(BulkChange::Delete, BulkChange::Move);
    let editor = &services.editor;
    let done = editor.change_selected(&staff.username, selection, change, expected);
    match (done.await?, to) {
        (BulkOutcome::Changed, _) => return question.ask_again(staff, services, typed).await,
        (BulkOutcome::Done { chosen, changed, .. }, Some(to)) => {
            staff.say("success", moved_to(&to, changed, chosen - changed))?;
        }
        (BulkOutcome::Done { changed, deletion, .. }, None) => {
            say_deleted(staff, changed, deletion, question.chosen)?;
        }
    }
    Ok(see_other(&question.chosen.address))
}

fn say_deleted(
    staff: &Staff,
    count: i64,
    deletion: Option<EventId>,
    chosen: &Chosen,
) -> Result<(), AppError> {
    if count == 0 {
        return staff.say("warning", "These listings had already been deleted.".to_owned());
    }
    let text = format!("Successfully deleted {}.", listings(count));
    staff.say_undoable(text, deletion, chosen.state.clone())
}

fn moved_to(location: &Location, moved: i64, others: i64) -> String {
    let mut text = format!("Moved {} to “{location}”.", listings(moved));
    if others > 0 {
        text.push_str(&format!(" {} were already there.", grouped(others)));
    }
    text
}

fn listings(count: i64) -> String {
    let noun = if count == 1 { "listing" } else { "listings" };
    format!("{} {noun}", grouped(count))
}

/// What was typed into a confirmation.
#[derive(Default)]
struct Typed<'a> {
    location: &'a str,
    errors: FieldErrors,
}

/// What staff are asked before something is done.
struct Question<'a> {
    action: BulkAction,
    list: &'a AdminListQuery,
    selection: &'a Selection,
    /// What else their form says.
    chosen: &'a Chosen,
}

impl Question<'_> {
    async fn ask(
        &self,
        staff: &Staff,
        services: &Services,
        typed: Typed<'_>,
    ) -> Result<HttpResponse, AppError> {
        let response = match typed.errors.is_empty() {
            true => HttpResponse::Ok(),
            false => HttpResponse::UnprocessableEntity(),
        };
        page(response, &self.page(staff, services, typed).await?)
    }

    /// Asks again a user who logged in again after the question.
    async fn ask_after_login(
        &self,
        staff: &Staff,
        services: &Services,
        typed: Typed<'_>,
    ) -> Result<HttpResponse, AppError> {
        let notice = staff.outdated("Check the listings again, then confirm");
        let again = self.page(staff, services, typed).await?.with_notice(Some(notice));
        page(HttpResponse::Forbidden(), &again)
    }

    /// Asks once more, because other listings are chosen than staff were asked about, or one of them was changed.
    async fn ask_again(
        &self,
        staff: &Staff,
        services: &Services,
        typed: Typed<'_>,
    ) -> Result<HttpResponse, AppError> {
        let told = self.chosen.expected.map(|seen| {
            format!(
                "Nothing was done. You were asked about {}, but at least one was changed, added or removed \
                since then. Please check the current listings below.",
                listings(seen.count)
            )
        });
        let again = self.page(staff, services, typed).await?.with_notice(told);
        page(HttpResponse::Conflict(), &again)
    }

    async fn page(
        &self,
        staff: &Staff,
        services: &Services,
        typed: Typed<'_>,
    ) -> Result<BulkPage, AppError> {
        let order = &self.list.order;
        let look = services.editor.look_at(self.selection, order, NAMED).await?;
        let places = match self.action {
            BulkAction::Delete => Vec::new(),
            BulkAction::Move => outcome::places(services).await,
        };
        let page = BulkPage::new(staff.frame()?, self.action, self.selection, self.list, look);
        Ok(page.with_location(typed.location, typed.errors, places))
    }
}
