//! The forms that add and change a listing.

use actix_web::{HttpRequest, HttpResponse, web};

use super::conflict::compare;
use super::outcome::{self, Outcome, check, current};
use super::sent::{Button, Sent};
use crate::domain::{Permission, Property, PropertyForm, PropertyId};
use crate::http::admin::list_state::List;
use crate::http::csrf::new_token;
use crate::http::forms::SentForm;
use crate::http::staff::Staff;
use crate::http::views::admin::{FormPage, ViewPage};
use crate::http::views::page;
use crate::http::{Answer, AppError, Site};
use crate::services::{CreateOutcome, UpdateOutcome};

/// `GET /admin/properties/add/`
pub(in crate::http::admin) async fn new(staff: Staff, request: HttpRequest) -> Answer {
    staff.require(Permission::Add)?;
    let filters = List::Listings.state_of(&request);
    let form = FormPage { once: new_token(), filters, ..FormPage::default() };
    outcome::show(HttpResponse::Ok(), &staff, form).await
}

/// `POST /admin/properties/add/`
pub(in crate::http::admin) async fn create(
    staff: Staff,
    form: SentForm,
    site: web::Data<Site>,
) -> Answer {
    press(&staff, Sent::of(form, None), &site).await
}

/// `GET /admin/properties/{id}/change/`: the form or, for users who can only view, the listing.
pub(in crate::http::admin) async fn edit(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
) -> Answer {
    let may_change = staff.may(Permission::Change);
    if !may_change {
        staff.require(Permission::View)?;
    }
    let property = find(&staff, *id).await?;
    let (form, filters) = (PropertyForm::of(&property), List::Listings.state_of(&request));
    if !may_change {
        let shown = ViewPage { frame: staff.frame(), form, property, filters };
        return page(HttpResponse::Ok(), &shown);
    }
    let (id, version) = (Some(property.id), Some(property.version()));
    let status = Some(property.status());
    let form =
        FormPage { id, version, status, form, once: new_token(), filters, ..FormPage::default() };
    outcome::show(HttpResponse::Ok(), &staff, form).await
}

/// `POST /admin/properties/{id}/change/`
pub(in crate::http::admin) async fn update(
    staff: Staff,
    id: web::Path<i64>,
    form: SentForm,
    site: web::Data<Site>,
) -> Answer {
    press(&staff, Sent::of(form, Some(PropertyId(*id))), &site).await
}

/// Performs the action of the pressed button, and responds.
async fn press(staff: &Staff, mut sent: Sent, site: &Site) -> Answer {
    let (Ok(outcome) | Err(outcome)) = pressed(staff, &mut sent).await;
    outcome::answer(outcome, staff, &sent, site).await
}

async fn pressed(staff: &Staff, sent: &mut Sent) -> Result<Outcome, Outcome> {
    check(staff, sent, sent.needs())?;
    if let Some(id) = sent.id.filter(|_| sent.lacks_facts())
        && let Some(property) = staff.services.listings.find_uncached(id).await?
    {
        sent.complete(&property);
    }
    match (sent.button(), sent.id) {
        (_, Some(id)) if !sent.contradictions.is_empty() => {
            let current = current(staff, id).await?;
            Ok(Outcome::Conflict(Box::new(compare(staff, sent, &current, sent.seen()).await?)))
        }
        (Button::Preview, _) => preview(staff, sent).await,
        (Button::Edit, _) => Ok(Outcome::Edited),
        (Button::Save, Some(id)) => save(staff, sent, id).await,
        (Button::Save | Button::SaveAsNew, _) => add(staff, sent).await,
    }
}

/// Loads the page that the listing would have, directly from the database.
async fn preview(staff: &Staff, sent: &Sent) -> Result<Outcome, Outcome> {
    let new = sent.form.parse()?;
    let now = chrono::Utc::now();
    let (id, created_at) = match sent.id {
        None => (PropertyId(0), now),
        Some(id) => (id, current(staff, id).await?.created_at),
    };
    let property = new.as_property(id, created_at, now);
    let view = staff.services.listings.preview(property).await?;
    Ok(Outcome::Previewed(Box::new(view)))
}

/// Adds a listing.
async fn add(staff: &Staff, sent: &Sent) -> Result<Outcome, Outcome> {
    let new = sent.form.parse()?;
    let (editor, submission) = (&staff.services.editor, sent.submission(staff, None));
    Ok(match editor.create_once(&staff.username, submission, new).await? {
        CreateOutcome::Saved(property) => {
            let text = format!("“{}” was added.", property.title);
            Outcome::Saved(property.id, text)
        }
        CreateOutcome::Repeated(id) => Outcome::Repeated(id),
        CreateOutcome::Used(id) => Outcome::Used(id),
    })
}

/// Saves a listing, if it is still as the form showed it.
async fn save(staff: &Staff, sent: &Sent, id: PropertyId) -> Result<Outcome, Outcome> {
    let seen = match sent.edited() {
        Some(seen) => seen,
        None => current(staff, id).await?.version(),
    };
    let new = sent.form.parse()?;
    let (editor, submission) = (&staff.services.editor, sent.submission(staff, Some(id)));
    let saved = editor.update_once(&staff.username, submission, id, seen, new);
    Ok(match saved.await? {
        UpdateOutcome::Saved(property) => {
            Outcome::Saved(id, format!("“{}” was changed.", property.title))
        }
        UpdateOutcome::Same(property) => {
            let title = property.title;
            let text = format!("“{title}” is saved with the values that you entered.");
            Outcome::Saved(id, text)
        }
        UpdateOutcome::Repeated => Outcome::Repeated(id),
        UpdateOutcome::Conflict(current) => {
            let both = compare(staff, sent, &current, seen).await?;
            Outcome::Conflict(Box::new(both))
        }
        UpdateOutcome::Gone => Outcome::Gone(id),
    })
}

/// A listing as it is in the database.
pub(in crate::http::admin) async fn find(staff: &Staff, id: i64) -> Result<Property, AppError> {
    let found = staff.services.listings.find_uncached(PropertyId(id)).await?;
    found.ok_or(AppError::NotFound)
}
