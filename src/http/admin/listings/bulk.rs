//! What is done with several listings at once, after a look at which they are.
//!
//! **Invariant:** nothing is done with all listings that match unless staff were told how many those are, by a filter that
//! was read without a doubt, and they still are as many.

use actix_web::{HttpResponse, web};

use super::chosen::Chosen;
use super::export;
use super::index::places;
use crate::domain::{AdminListQuery, FieldErrors, Location, Permission, Selection};
use crate::http::AppError;
use crate::http::admin::request::{CheckedForm, Fields};
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
    match fields.get("action") {
        "export_csv" => export::send(&chosen, Format::Csv, &services).await,
        "export_jsonl" => export::send(&chosen, Format::JsonLines, &services).await,
        "delete_selected" => delete(&staff, chosen, &services).await,
        "move_selected" => relocate(&staff, chosen, &fields, &services).await,
        _ => nothing(&staff, &chosen.address),
    }
}

/// Back to the list, where it is said that nothing was done.
fn nothing(staff: &Staff, address: &str) -> Result<HttpResponse, AppError> {
    let text = "Nothing was done: select listings and an action first.";
    staff.say("warning", text.to_owned())?;
    Ok(see_other(address))
}

async fn delete(
    staff: &Staff,
    chosen: Chosen,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Delete)?;
    let Some((list, selection)) = chosen.listings else {
        return nothing(staff, &chosen.address);
    };
    let question = Question {
        action: BulkAction::Delete,
        list: &list,
        selection: &selection,
        expected: chosen.expected,
    };
    if !chosen.confirmed {
        return question.ask(staff, services, Typed::default()).await;
    }
    let deleted = services
        .editor
        .delete_selected(&staff.username, selection.clone(), chosen.expected)
        .await?;
    match deleted {
        BulkOutcome::Done {
            changed, deletion, ..
        } => {
            let text = format!("Successfully deleted {}.", listings(changed));
            staff.say_undoable(text, deletion, chosen.state)?;
            Ok(see_other(&chosen.address))
        }
        BulkOutcome::Changed => question.ask_again(staff, services, Typed::default()).await,
    }
}

async fn relocate(
    staff: &Staff,
    chosen: Chosen,
    fields: &Fields,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Change)?;
    let Some((list, selection)) = chosen.listings else {
        return nothing(staff, &chosen.address);
    };
    let question = Question {
        action: BulkAction::Move,
        list: &list,
        selection: &selection,
        expected: chosen.expected,
    };
    if !chosen.confirmed {
        return question.ask(staff, services, Typed::default()).await;
    }
    let mut typed = Typed {
        location: fields.get("location"),
        errors: FieldErrors::new(),
    };
    let parsed = Location::parse(typed.location);
    let Some(to) = typed.errors.check("location", parsed) else {
        return question.ask(staff, services, typed).await;
    };
    let moved = services
        .editor
        .move_selected(
            &staff.username,
            selection.clone(),
            to.clone(),
            chosen.expected,
        )
        .await?;
    match moved {
        BulkOutcome::Done {
            chosen: all,
            changed,
            ..
        } => {
            let mut text = format!("Moved {} to “{to}”.", listings(changed));
            if all > changed {
                text.push_str(&format!(" {} were there already.", grouped(all - changed)));
            }
            staff.say("success", text)?;
            Ok(see_other(&chosen.address))
        }
        BulkOutcome::Changed => question.ask_again(staff, services, typed).await,
    }
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
    /// How many listings they were told of.
    expected: Option<i64>,
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
        let told = self.expected.map(|count| {
            format!(
                "Nothing was done yet: when you were asked there were {}, and now there are others or not as many. \
                 Please look again.",
                listings(count)
            )
        });
        let page = self.page(staff, services, typed).await?.with_notice(told);
        crate::http::views::page(HttpResponse::Conflict(), &page)
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
            BulkAction::Move => places(services).await?,
        };
        let page = BulkPage::new(staff.frame()?, self.action, self.selection, self.list, look);
        Ok(page.with_location(typed.location, typed.errors, &places))
    }
}
