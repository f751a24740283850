//! The forms that add and change a listing.

use actix_web::{HttpRequest, HttpResponse, web};

use super::conflict::compare;
use super::list_address::filters_of;
use super::outcome::{self, Outcome, check, current};
use super::sent::{Button, Sent};
use crate::domain::{Permission, Property, PropertyForm, PropertyId};
use crate::http::csrf::new_token;
use crate::http::forms::SentForm;
use crate::http::staff::Staff;
use crate::http::views::admin::{FormPage, ViewPage};
use crate::http::views::page;
use crate::http::{AppError, Site};
use crate::services::{CreateOutcome, Services, UpdateOutcome};

/// `GET /admin/properties/add/`
pub(in crate::http) async fn new(
    staff: Staff,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Add)?;
    let form = FormPage::add(PropertyForm::default());
    let form = form.with_state(new_token(), filters_of(&request));
    outcome::show(HttpResponse::Ok(), &staff, &services, form).await
}

/// `POST /admin/properties/add/`
pub(in crate::http) async fn create(
    staff: Staff,
    form: SentForm,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    press(&staff, Sent::received(form, None), &services, &site).await
}

/// `GET /admin/properties/{id}/change/`: the form or, for users who can only view, the listing.
pub(in crate::http) async fn edit(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    if !staff.may(Permission::Change) {
        staff.require(Permission::View)?;
        let property = find(&services, *id).await?;
        let shown = ViewPage::new(staff.frame()?, property, filters_of(&request));
        return page(HttpResponse::Ok(), &shown);
    }
    let property = find(&services, *id).await?;
    let form = FormPage::change(property.id, PropertyForm::of(&property), property.version());
    let form = form.with_state(new_token(), filters_of(&request));
    outcome::show(HttpResponse::Ok(), &staff, &services, form).await
}

/// `POST /admin/properties/{id}/change/`
pub(in crate::http) async fn update(
    staff: Staff,
    id: web::Path<i64>,
    form: SentForm,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let sent = Sent::received(form, Some(PropertyId(*id)));
    press(&staff, sent, &services, &site).await
}

/// Does what the button says that a form was sent with, and answers it.
async fn press(
    staff: &Staff,
    mut sent: Sent,
    services: &Services,
    site: &Site,
) -> Result<HttpResponse, AppError> {
    let (Ok(outcome) | Err(outcome)) = pressed(staff, &mut sent, services).await;
    outcome::answer(outcome, staff, &sent, services, site).await
}

async fn pressed(staff: &Staff, sent: &mut Sent, services: &Services) -> Result<Outcome, Outcome> {
    check(staff, sent, sent.needs())?;
    if let Some(id) = sent.id.filter(|_| sent.lacks_facts())
        && let Some(property) = services.listings.find_uncached(id).await?
    {
        sent.complete(&property);
    }
    match (sent.button(), sent.id) {
        (_, Some(id)) if !sent.contradictions.is_empty() => {
            let current = current(services, id).await?;
            let both = compare(staff, sent, &current, sent.seen(), services).await?;
            Ok(Outcome::Conflict(Box::new(both)))
        }
        (Button::Preview, _) => preview(sent, services).await,
        (Button::Edit, _) => Ok(Outcome::Edited),
        (Button::Save, Some(id)) => save(staff, sent, id, services).await,
        (Button::Save | Button::SaveAsNew, _) => add(staff, sent, services).await,
    }
}

/// Loads the page that the listing would have, past all caches.
async fn preview(sent: &Sent, services: &Services) -> Result<Outcome, Outcome> {
    let new = sent.form.parse()?;
    let now = chrono::Utc::now();
    let (id, created_at) = match sent.id {
        None => (PropertyId(0), now),
        Some(id) => (id, current(services, id).await?.created_at),
    };
    let property = new.as_property(id, created_at, now);
    let view = services.listings.preview(property).await?;
    Ok(Outcome::Previewed(Box::new(view)))
}

/// Adds a listing.
async fn add(staff: &Staff, sent: &Sent, services: &Services) -> Result<Outcome, Outcome> {
    let new = sent.form.parse()?;
    let submission = sent.submission(staff, None);
    let editor = &services.editor;
    let created = editor.create_once(&staff.username, submission, new).await?;
    Ok(match created {
        CreateOutcome::Saved(property) => {
            let text = format!("“{}” was added.", property.title);
            Outcome::Saved(property.id, text)
        }
        CreateOutcome::Repeated(id) => Outcome::Repeated(id),
        CreateOutcome::Used(id) => Outcome::Used(id),
    })
}

/// Saves a listing, if it is still as the form showed it.
async fn save(
    staff: &Staff,
    sent: &Sent,
    id: PropertyId,
    services: &Services,
) -> Result<Outcome, Outcome> {
    let seen = match sent.edited() {
        Some(seen) => seen,
        None => current(services, id).await?.version(),
    };
    let new = sent.form.parse()?;
    let (editor, submission) = (&services.editor, sent.submission(staff, Some(id)));
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
            let both = compare(staff, sent, &current, seen, services).await?;
            Outcome::Conflict(Box::new(both))
        }
        UpdateOutcome::Gone => Outcome::Gone(id),
    })
}

/// A listing as it is in the database.
pub(in crate::http::admin) async fn find(
    services: &Services,
    id: i64,
) -> Result<Property, AppError> {
    services.listings.find_uncached(PropertyId(id)).await?.ok_or(AppError::NotFound)
}
