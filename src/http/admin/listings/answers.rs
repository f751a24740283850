//! What a form of a listing is answered with besides success: the form again, with everything that was typed.

use actix_web::{HttpResponse, HttpResponseBuilder};

use super::sent::Sent;
use crate::domain::{FieldErrors, Permission, PlaceQuery, PropertyId};
use crate::http::AppError;
use crate::http::admin::see_other;
use crate::http::csrf::new_token;
use crate::http::error::{outage, refused_field, unavailable};
use crate::http::staff::Staff;
use crate::http::views::admin::{FormPage, SUGGESTED};
use crate::http::views::page;
use crate::services::{Outage, ServiceError, Services};

/// A form with suggestions.
pub(super) async fn show(
    response: HttpResponseBuilder,
    staff: &Staff,
    services: &Services,
    form: FormPage,
) -> Result<HttpResponse, AppError> {
    let form = form.with_places(places(services).await);
    page(response, &form.framed(staff.frame()?))
}

/// The places that have the most listings. A form is right without them.
pub(super) async fn places(services: &Services) -> Vec<String> {
    let places = services.listings.places(&PlaceQuery::default()).await;
    let places = places.map_or_else(|_| Vec::new(), |places| places.tagged.value);
    let names = places.into_iter().take(SUGGESTED);
    names.map(|place| place.location.to_string()).collect()
}

/// The form again, where it can't be taken whatever it holds: while the database can't be reached, by an account that may not
/// send it, or from before the current login. `None` where it can.
pub(super) async fn not_taken(
    staff: &Staff,
    sent: &Sent,
    needs: Permission,
    form: FormPage,
    services: &Services,
) -> Result<Option<HttpResponse>, AppError> {
    if !staff.is_known() {
        return unreachable(staff, form).map(Some);
    }
    let notice = match staff.require(needs) {
        Ok(()) if sent.is_outdated => {
            staff.outdated("Your changes are not lost: check them, then save")
        }
        Ok(()) => return Ok(None),
        Err(err) => format!(
            "{} Nothing was saved. You are logged in as “{}”. Copy your text, or log in with another account in \
            another tab and send the form again.",
            err.detail(),
            staff.username
        ),
    };
    let form = form.with_notice(notice);
    let shown = show(HttpResponse::Forbidden(), staff, services, form);
    shown.await.map(Some)
}

/// The form with what is wrong with it.
pub(super) async fn refused(
    staff: &Staff,
    services: &Services,
    form: FormPage,
    errors: FieldErrors,
) -> Result<HttpResponse, AppError> {
    let response = HttpResponse::UnprocessableEntity();
    show(response, staff, services, form.with_errors(errors)).await
}

/// The way on from a form that arrived before.
pub(super) fn repeated(
    staff: &Staff,
    sent: &Sent,
    saved: PropertyId,
) -> Result<HttpResponse, AppError> {
    let title = sent.form.get("title").trim();
    let text = format!("The form arrived more than once. “{title}” was saved once.");
    staff.say("success", text)?;
    Ok(see_other(&sent.next(staff, saved)))
}

/// The form, which has added another listing already, with a token of its own: one that adds a listing, also where it
/// was another's, so that no button of it writes over that one.
pub(super) async fn used(
    staff: &Staff,
    sent: &Sent,
    saved: PropertyId,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let notice = format!(
        "This form was already saved as listing {saved}. It now has different values, which are not saved yet. \
        Save it to add another listing."
    );
    let form = FormPage::add(sent.form.clone()).unsaved();
    let form = form.with_state(new_token(), sent.filters());
    let form = form.with_notice(notice).with_other(saved);
    show(HttpResponse::Conflict(), staff, services, form).await
}

/// The form for somebody whose listing was deleted meanwhile: it can be restored as it was typed, or added anew.
pub(super) async fn gone(
    staff: &Staff,
    sent: &Sent,
    id: PropertyId,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let author = services.history.deleted_by(id, &staff.username).await;
    let happened = author.said("deleted", "listing");
    let then = match staff.may(Permission::Add) {
        true => {
            "Your changes are not lost: restore the listing with these values, or add it as a new listing."
        }
        false => {
            "Your account has no permission to add listings. Copy your text, and ask a superuser to restore the \
            listing."
        }
    };
    let notice = format!("{happened} while you were editing it. {then}");
    let form = FormPage::add(sent.form.clone()).unsaved().with_gone(id);
    let form = form.with_state(new_token(), sent.filters());
    let form = form.with_notice(notice);
    show(HttpResponse::Conflict(), staff, services, form).await
}

/// The form for somebody whose listing can't be restored, for the log does not have it: they can add it anew.
pub(super) async fn not_kept(
    staff: &Staff,
    sent: &Sent,
    services: &Services,
) -> Result<HttpResponse, AppError> {
    let notice = "The history does not contain this listing, so it can’t be restored. Your changes are not \
    lost: add it as a new listing.";
    let form = sent.again().with_notice(notice.to_owned());
    show(HttpResponse::Conflict(), staff, services, form).await
}

/// The form when the database refused it or can't be reached.
pub(super) async fn failed(
    staff: &Staff,
    services: &Services,
    form: FormPage,
    err: ServiceError,
) -> Result<HttpResponse, AppError> {
    if let Some(name) = err.refused_by() {
        let message = "The database rejected this value.";
        let errors = FieldErrors::of(refused_field(name).unwrap_or("title"), message);
        return refused(staff, services, form, errors).await;
    }
    match err.outage() {
        Some(why) => {
            log::error!("{err}");
            later(staff, form, Some(why))
        }
        None => Err(err.into()),
    }
}

/// The form while the database does not answer, for staff of whom it could not be asked.
pub(super) fn unreachable(staff: &Staff, form: FormPage) -> Result<HttpResponse, AppError> {
    later(staff, form, staff.outage())
}

fn later(staff: &Staff, form: FormPage, why: Option<Outage>) -> Result<HttpResponse, AppError> {
    let notice = format!(
        "{}, so nothing was saved. Your changes are not lost: try again in a few seconds.",
        outage(why)
    );
    let form = form.with_notice(notice);
    page(unavailable(), &form.framed(staff.frame()?))
}
