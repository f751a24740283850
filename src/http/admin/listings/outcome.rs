//! The outcomes of a submitted listing form, and the response to each.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::conflict::{Both, NotCompared};
use super::sent::Sent;
use crate::domain::{FieldErrors, Permission, PlaceQuery, Property, PropertyId};
use crate::http::admin::see_other;
use crate::http::csrf::new_token;
use crate::http::error::{outage, refused_field, refused_value, unavailable};
use crate::http::staff::Staff;
use crate::http::views::admin::{FormPage, FramedFormPage, SUGGESTED};
use crate::http::views::listings::{DetailPage, Preview};
use crate::http::views::page;
use crate::http::{Answer, AppError, Site};
use crate::services::{DetailView, Outage, ServiceError};

/// The outcome of a submitted form. Every response except the first two shows everything that was typed.
pub(super) enum Outcome {
    /// The listing is as the form says; with the message for the next page.
    Saved(PropertyId, String),
    /// The form arrived before, and this listing was saved then.
    Repeated(PropertyId),
    /// The form arrived before with other values, and this listing was added then.
    Used(PropertyId),
    /// The page that the listing would have is shown.
    Previewed(Box<DetailView>),
    /// The form is shown again, to go on editing.
    Edited,
    /// Values are wrong.
    Invalid(FieldErrors),
    /// The account may not send the form, or the form is from before the current login; with the reason.
    Refused(String),
    /// The listing was changed while it was edited: both versions are shown.
    Conflict(Box<Both>),
    /// The listing was changed since this version was edited, and the history can't be read.
    NotCompared(NotCompared),
    /// The listing was deleted while it was edited.
    Gone(PropertyId),
    /// The listing can't be restored, because the history does not contain it.
    NotKept,
    /// The database could not say whether the account may send the form.
    Unknown(Option<Outage>),
    /// The database refused the values, or can't be reached.
    Failed(ServiceError),
    /// The request is answered by an error page.
    Error(AppError),
}

impl From<FieldErrors> for Outcome {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<ServiceError> for Outcome {
    fn from(err: ServiceError) -> Self {
        Self::Failed(err)
    }
}

impl From<NotCompared> for Outcome {
    fn from(failure: NotCompared) -> Self {
        Self::NotCompared(failure)
    }
}

/// Checks that an account may send a form.
///
/// # Errors
/// The outcome of a form that is not taken.
pub(super) fn check(staff: &Staff, sent: &Sent, needs: Permission) -> Result<(), Outcome> {
    if !staff.is_known() {
        return Err(Outcome::Unknown(staff.outage()));
    }
    match staff.require(needs) {
        Ok(()) if sent.is_outdated => Err(Outcome::Refused(
            staff.outdated("Your changes are not lost: check them, then save"),
        )),
        Ok(()) => Ok(()),
        Err(err) => Err(Outcome::Refused(format!(
            "{} Nothing was saved. You are logged in as “{}”. Copy your text, or log in with another account in \
            another tab and send the form again.",
            err.detail(),
            staff.username
        ))),
    }
}

/// The listing of a form as it is now.
///
/// # Errors
/// [`Outcome::Gone`] when there is none, [`Outcome::Failed`].
pub(super) async fn current(staff: &Staff, id: PropertyId) -> Result<Property, Outcome> {
    let found = staff.services.listings.find_uncached(id).await?;
    found.ok_or(Outcome::Gone(id))
}

/// Answers a sent form.
pub(super) async fn answer(outcome: Outcome, staff: &Staff, sent: &Sent, site: &Site) -> Answer {
    let (response, form) = match outcome {
        Outcome::Saved(id, text) => return Ok(next(staff, sent, id, text)),
        Outcome::Repeated(id) => {
            let title = sent.form.get("title").trim();
            let text = format!("The form arrived more than once. “{title}” was saved once.");
            return Ok(next(staff, sent, id, text));
        }
        Outcome::Error(err) => return Err(err),
        Outcome::Previewed(view) => return preview(staff, sent, &view, site),
        Outcome::Conflict(both) => return both.show(staff, sent, places(staff).await),
        Outcome::Unknown(why) => return later(staff, sent.again(), why),
        Outcome::Failed(err) => return failed(err, sent.again(), staff).await,
        Outcome::NotCompared(NotCompared { id, seen, err }) => {
            return failed(err, sent.again_of(id, seen), staff).await;
        }
        Outcome::Edited => (HttpResponse::Ok(), sent.again()),
        Outcome::Invalid(errors) => {
            (HttpResponse::UnprocessableEntity(), FormPage { errors, ..sent.again() })
        }
        Outcome::Refused(notice) => {
            (HttpResponse::Forbidden(), FormPage { notice: Some(notice), ..sent.again() })
        }
        // With a token of its own: a form that adds a listing, so that no button of it overwrites the saved one.
        Outcome::Used(id) => {
            let notice = format!(
                "This form was already saved as listing {id}. It now has different values, which are not saved yet. \
                Save it to add another listing."
            );
            let form = sent.as_new(new_token());
            (HttpResponse::Conflict(), FormPage { notice: Some(notice), other: Some(id), ..form })
        }
        Outcome::Gone(id) => (HttpResponse::Conflict(), gone(staff, sent, id).await),
        Outcome::NotKept => {
            let notice = "The history does not contain this listing, so it can’t be restored. Your changes are not \
            lost: add it as a new listing.";
            let form = sent.as_new(sent.once());
            (HttpResponse::Conflict(), FormPage { notice: Some(notice.to_owned()), ..form })
        }
    };
    show(response, staff, form).await
}

/// The form with suggestions.
pub(super) async fn show(response: HttpResponseBuilder, staff: &Staff, form: FormPage) -> Answer {
    let places = places(staff).await;
    page(response, &FramedFormPage { frame: staff.frame(), page: FormPage { places, ..form } })
}

/// The places that have the most listings. A form is right without them.
pub(super) async fn places(staff: &Staff) -> Vec<String> {
    let places = staff.services.listings.places(&PlaceQuery::default()).await;
    let places = places.map_or_else(|_| Vec::new(), |places| places.tagged.value);
    let names = places.into_iter().take(SUGGESTED);
    names.map(|place| place.location.to_string()).collect()
}

fn next(staff: &Staff, sent: &Sent, saved: PropertyId, text: String) -> HttpResponse {
    staff.say("success", text);
    see_other(&sent.next(staff, saved))
}

/// The public page of a listing as it was typed.
fn preview(staff: &Staff, sent: &Sent, view: &DetailView, site: &Site) -> Answer {
    let preview =
        Preview { csrf_token: staff.bare_frame().csrf_token, fields: sent.carried(), id: sent.id };
    let mut response = HttpResponse::Ok();
    let hidden = HeaderValue::from_static("noindex");
    response.insert_header((HeaderName::from_static("x-robots-tag"), hidden));
    page(response, &DetailPage::preview(view, &site.url, preview))
}

/// The form of a deleted listing: it can be restored with the form's values, or added as a new listing.
async fn gone(staff: &Staff, sent: &Sent, id: PropertyId) -> FormPage {
    let author = staff.services.history.deleted_by(id, &staff.username).await;
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
    let notice = Some(format!("{happened} while you were editing it. {then}"));
    FormPage { notice, gone: Some(id), ..sent.as_new(new_token()) }
}

/// The form when the database refused it or can't be reached.
async fn failed(err: ServiceError, form: FormPage, staff: &Staff) -> Answer {
    if let Some(name) = err.refused_by() {
        let field = refused_field(name).unwrap_or("title");
        let errors = FieldErrors::of(field, refused_value(name));
        let form = FormPage { errors, ..form };
        return show(HttpResponse::UnprocessableEntity(), staff, form).await;
    }
    match err.outage() {
        Some(why) => {
            log::error!("{err}");
            later(staff, form, Some(why))
        }
        None => Err(err.into()),
    }
}

fn later(staff: &Staff, form: FormPage, why: Option<Outage>) -> Answer {
    let notice = format!(
        "{}, so nothing was saved. Your changes are not lost: try again in a few seconds.",
        outage(why)
    );
    let form = FormPage { notice: Some(notice), ..form };
    page(unavailable(), &FramedFormPage { frame: staff.frame(), page: form })
}
