//! The form for enquiries about a listing. It is never cached, and neither reads nor sets a cookie.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::csrf::is_foreign;
use super::error::unavailable;
use super::forms::{Body, Fields, read, refused, visitor};
use super::pages::published;
use super::spam::{HONEYPOT, later, never_stored, notice, see, token_again};
use super::views::listings::{EnquirePage, EnquiredPage};
use super::views::page;
use super::{Answer, AppError};
use crate::domain::{EnquiryForm, FieldErrors, Property, PropertyId};
use crate::services::Services;

/// The listing, if visitors can enquire about it: only if lists show it.
async fn find(services: &Services, id: PropertyId) -> Result<Property, AppError> {
    let found = services.listings.find(id).await?.tagged.value;
    let property = published(found.as_ref())?;
    match property.status().is_listed() {
        true => Ok(property.clone()),
        false => Err(AppError::NotFound),
    }
}

fn typed(fields: &Fields) -> EnquiryForm {
    let text = |name| fields.get(name).to_owned();
    EnquiryForm {
        name: text("name"),
        email: text("email"),
        phone: text("phone"),
        message: text("message"),
        viewing: fields.has("viewing"),
        copy: fields.has("copy"),
    }
}

/// `GET /properties/{id}/enquire/`
pub(in crate::http) async fn new(id: web::Path<i64>, services: web::Data<Services>) -> Answer {
    let property = find(&services, PropertyId(*id)).await?;
    let form = EnquirePage {
        id: property.id,
        title: Some(property.title.as_str()),
        token: services.enquiries.token(property.id),
        form: EnquiryForm::default(),
        errors: FieldErrors::new(),
        notice: None,
        can_copy: services.enquiries.sends_copies(),
    };
    page(never_stored(HttpResponse::Ok()), &form)
}

/// `POST /properties/{id}/enquire/`
pub(in crate::http) async fn create(
    request: HttpRequest,
    id: web::Path<i64>,
    Body(body): Body,
    services: web::Data<Services>,
) -> Answer {
    if is_foreign(&request) {
        services.enquiries.count_rejected();
        return Err(refused(&request));
    }
    let fields = read(&request, &body)?;
    let (id, enquiries) = (PropertyId(*id), &services.enquiries);
    let done = format!("/properties/{id}/enquire/done/");
    let see_done = || Ok(see(&done));
    let token = fields.get("token");
    let form = typed(&fields);
    let checked = enquiries.check_token(id, token);
    let again =
        |response: HttpResponseBuilder, title: Option<&str>, errors, notice: Option<String>| {
            let token = token_again(token, checked, || enquiries.token(id));
            let can_copy = enquiries.sends_copies();
            let form = form.shown_again();
            let form = EnquirePage { id, title, token, form, errors, notice, can_copy };
            page(never_stored(response), &form)
        };
    let property = match find(&services, id).await {
        Ok(property) => property,
        Err(AppError::Service(err)) if err.is_unavailable() => {
            return again(unavailable(), None, FieldErrors::new(), Some(later(&err)));
        }
        Err(err) => return Err(err),
    };
    let title = Some(property.title.as_str());
    let new = match form.parse() {
        Ok(new) => new,
        Err(errors) => return again(HttpResponse::UnprocessableEntity(), title, errors, None),
    };
    if !fields.get(HONEYPOT).is_empty() {
        enquiries.count_rejected();
        log::info!("enquiry rejected reason=trap listing={id}");
        // A program gets the same response as a successful visitor.
        return see_done();
    }
    if let Some(notice) = notice(checked) {
        enquiries.count_rejected();
        log::info!("enquiry rejected reason={checked:?} listing={id}");
        let notice = Some(notice.to_owned());
        return again(HttpResponse::UnprocessableEntity(), title, FieldErrors::new(), notice);
    }
    match enquiries.send(&property, &new, &visitor(&request)).await {
        Ok(None) => see_done(),
        Ok(Some(wait)) => {
            enquiries.count_rejected();
            log::warn!("enquiry throttled listing={id}");
            let mut response = HttpResponse::TooManyRequests();
            response.insert_header((header::RETRY_AFTER, wait.as_secs().max(1)));
            let minutes = wait.as_secs().div_ceil(60).max(1);
            let notice = format!(
                "There were too many enquiries. Please send this one again in {minutes} minutes."
            );
            again(response, title, FieldErrors::new(), Some(notice))
        }
        Err(err) if err.is_unavailable() => {
            log::error!("{err}");
            again(unavailable(), title, FieldErrors::new(), Some(later(&err)))
        }
        Err(err) => Err(err.into()),
    }
}

/// `GET /properties/{id}/enquire/done/`
pub(in crate::http) async fn done(id: web::Path<i64>) -> Answer {
    page(never_stored(HttpResponse::Ok()), &EnquiredPage { id: PropertyId(*id) })
}
