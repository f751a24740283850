//! The forms that add and change a listing.

use actix_web::{HttpRequest, HttpResponse, web};

use super::list_address::filters_of;
use super::sent::{Button, Sent};
use super::{answers, conflict, preview};
use crate::domain::{Permission, Property, PropertyForm, PropertyId};
use crate::http::admin::see_other;
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
    answers::show(HttpResponse::Ok(), &staff, &services, form).await
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

/// `GET /admin/properties/{id}/change/`: the form or, for somebody who may only look, the listing.
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
    answers::show(HttpResponse::Ok(), &staff, &services, form).await
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

/// Does what the button says that a form was sent with, for those who may.
async fn press(
    staff: &Staff,
    mut sent: Sent,
    services: &Services,
    site: &Site,
) -> Result<HttpResponse, AppError> {
    let refused = answers::not_taken(staff, &sent, sent.needs(), sent.again(), services);
    if let Some(refused) = refused.await? {
        return Ok(refused);
    }
    if let Some(id) = sent.id.filter(|_| sent.lacks_facts()) {
        sent = match services.listings.find_uncached(id).await {
            Ok(Some(property)) => sent.with_facts_of(&property),
            Ok(None) => return answers::gone(staff, &sent, id, services).await,
            Err(err) => return answers::failed(staff, services, sent.again(), err).await,
        };
    }
    let sent = &sent;
    match (sent.button(), sent.id) {
        (_, Some(id)) if !sent.contradictions.is_empty() => {
            conflict::contradicted(staff, sent, id, services).await
        }
        (Button::Preview, _) => preview::show(staff, sent, services, site).await,
        (Button::Edit, _) => answers::show(HttpResponse::Ok(), staff, services, sent.again()).await,
        (Button::Save, Some(id)) => save(staff, sent, id, services).await,
        (Button::Save | Button::SaveAsNew, _) => add(staff, sent, services).await,
    }
}

/// Adds a listing.
async fn add(staff: &Staff, sent: &Sent, services: &Services) -> Result<HttpResponse, AppError> {
    let new = match sent.form.parse() {
        Ok(new) => new,
        Err(errors) => return answers::refused(staff, services, sent.again(), errors).await,
    };
    let submission = sent.submission(staff, None);
    let created = services
        .editor
        .create_once(&staff.username, submission, new)
        .await;
    match created {
        Ok(CreateOutcome::Saved(property)) => {
            staff.say("success", format!("“{}” was added.", property.title))?;
            Ok(see_other(&sent.next(staff, property.id)))
        }
        Ok(CreateOutcome::Repeated(id)) => answers::repeated(staff, sent, id),
        Ok(CreateOutcome::Used(id)) => answers::used(staff, sent, id, services).await,
        Err(err) => answers::failed(staff, services, sent.again(), err).await,
    }
}

/// Saves a listing, if it is still as the form showed it.
async fn save(
    staff: &Staff,
    sent: &Sent,
    id: PropertyId,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let seen = match sent.version("version") {
        Some(seen) => seen,
        None => match services.listings.find_uncached(id).await {
            Ok(Some(property)) => property.version(),
            Ok(None) => return answers::gone(staff, sent, id, services).await,
            Err(err) => return answers::failed(staff, services, sent.again(), err).await,
        },
    };
    let new = match sent.form.parse() {
        Ok(new) => new,
        Err(errors) => return answers::refused(staff, services, sent.again(), errors).await,
    };
    let (editor, submission) = (&services.editor, sent.submission(staff, Some(id)));
    let saved = editor.update_once(&staff.username, submission, id, seen, new);
    match saved.await {
        Ok(UpdateOutcome::Saved(property)) => {
            staff.say("success", format!("“{}” was changed.", property.title))?;
            Ok(see_other(&sent.next(staff, id)))
        }
        Ok(UpdateOutcome::Same(property)) => {
            let text = format!(
                "“{}” is saved with the values that you entered.",
                property.title
            );
            staff.say("success", text)?;
            Ok(see_other(&sent.next(staff, id)))
        }
        Ok(UpdateOutcome::Repeated) => answers::repeated(staff, sent, id),
        Ok(UpdateOutcome::Conflict(current)) => {
            conflict::show(staff, sent, &current, seen, services).await
        }
        Ok(UpdateOutcome::Gone) => answers::gone(staff, sent, id, services).await,
        Err(err) => answers::failed(staff, services, sent.again(), err).await,
    }
}

/// A listing as it is in the database.
pub(in crate::http::admin) async fn find(
    services: &Services,
    id: i64,
) -> Result<Property, AppError> {
    services
        .listings
        .find_uncached(PropertyId(id))
        .await?
        .ok_or(AppError::NotFound)
}
