//! What is done with several listings at once, after a look at which they are.
//!
//! **Invariant:** nothing is done with all listings that match unless staff were told how many those are, by a filter that
//! was read without a doubt, and they still are as many.

use actix_web::{HttpResponse, web};

use super::chosen::Chosen;
use super::{answers, export};
use crate::domain::{AdminListQuery, EventId, FieldErrors, Location, Permission, Selection};
use crate::http::AppError;
use crate::http::admin::request::CheckedForm;
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::{BulkAction, BulkPage};
use crate::http::views::{grouped, page};
use crate::services::fixtures::Format;
use crate::services::{BulkOutcome, Services};

/// Listings that a confirmation names.
const NAMED: i64 = 10;

/// `POST /admin/properties/`: as Django's actions, first without and then with `post=yes`.
pub(in crate::http) async fn act(
    staff: Staff,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::View)?;
    let chosen = Chosen::of(&fields);
    let location = fields.get("location");
    match fields.get("action") {
        "export_csv" => export::send(&chosen, Format::Csv, &services).await,
        "export_jsonl" => export::send(&chosen, Format::JsonLines, &services).await,
        "delete_selected" => asked(BulkAction::Delete, &staff, &chosen, "", &services).await,
        "move_selected" => asked(BulkAction::Move, &staff, &chosen, location, &services).await,
        _ => nothing(&staff, &chosen.address),
    }
}

/// Back to the list, where it is said that nothing was done.
fn nothing(staff: &Staff, address: &str) -> Result<HttpResponse, AppError> {
    let text = "Nothing was done: select listings and an action first.";
    staff.say("warning", text.to_owned())?;
    Ok(see_other(address))
}

/// Does something with the chosen listings for those who may, once they have been asked.
async fn asked(
    action: BulkAction,
    staff: &Staff,
    chosen: &Chosen,
    location: &str,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    staff.require(action.needs())?;
    let Some((list, selection)) = &chosen.listings else {
        return nothing(staff, &chosen.address);
    };
    let question = Question {
        action,
        list,
        selection,
        chosen,
    };
    match (chosen.confirmed, action) {
        (false, _) => question.ask(staff, services, Typed::default()).await,
        (true, BulkAction::Delete) => delete(staff, question, services).await,
        (true, BulkAction::Move) => relocate(staff, question, location, services).await,
    }
}

async fn delete(
    staff: &Staff,
    question: Question<'_>,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let (selection, chosen) = (question.selection.clone(), question.chosen);
    let editor = &services.editor;
    let deleted = editor.delete_selected(&staff.username, selection, chosen.expected);
    match deleted.await? {
        BulkOutcome::Done {
            changed, deletion, ..
        } => {
            say_deleted(staff, changed, deletion, chosen)?;
            Ok(see_other(&chosen.address))
        }
        BulkOutcome::Changed => question.ask_again(staff, services, Typed::default()).await,
    }
}

fn say_deleted(
    staff: &Staff,
    count: i64,
    deletion: Option<EventId>,
    chosen: &Chosen,
) -> Result<(), AppError> {
    if count == 0 {
        return staff.say("warning", "These listings were gone already.".to_owned());
    }
    let text = format!("Successfully deleted {}.", listings(count));
    staff.say_undoable(text, deletion, chosen.state.clone())
}

async fn relocate(
    staff: &Staff,
    question: Question<'_>,
    location: &str,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let mut errors = FieldErrors::new();
    let parsed = errors.check("location", Location::parse(location));
    let typed = Typed { location, errors };
    let Some(to) = parsed else {
        return question.ask(staff, services, typed).await;
    };
    let (selection, expected) = (question.selection.clone(), question.chosen.expected);
    let editor = &services.editor;
    let moved = editor.move_selected(&staff.username, selection, to.clone(), expected);
    match moved.await? {
        BulkOutcome::Done {
            chosen, changed, ..
        } => {
            staff.say("success", moved_to(&to, changed, chosen - changed))?;
            Ok(see_other(&question.chosen.address))
        }
        BulkOutcome::Changed => question.ask_again(staff, services, typed).await,
    }
}

fn moved_to(location: &Location, moved: i64, others: i64) -> String {
    let mut text = format!("Moved {} to “{location}”.", listings(moved));
    if others > 0 {
        text.push_str(&format!(" {} were there already.", grouped(others)));
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

    /// Asks once more because there are other listings than staff were told of.
    async fn ask_again(
        &self,
        staff: &Staff,
        services: &Services,
        typed: Typed<'_>,
    ) -> Result<HttpResponse, AppError> {
        let told = self.chosen.expected.map(|count| {
            format!(
                "Nothing was done yet: when you were asked there were {}, and now there are others or not as many. \
                 Please look again.",
                listings(count)
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
        let look = services
            .editor
            .look_at(self.selection, order, NAMED)
            .await?;
        let places = match self.action {
            BulkAction::Delete => Vec::new(),
            BulkAction::Move => answers::places(services).await,
        };
        let page = BulkPage::new(staff.frame()?, self.action, self.selection, self.list, look);
        Ok(page.with_location(typed.location, typed.errors, places))
    }
}
