//! The forms that add and change a listing.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder, web};

use crate::domain::{FieldErrors, Permission, Property, PropertyForm, PropertyId, Version};
use crate::http::AppError;
use crate::http::admin::request::{CheckedForm, Fields};
use crate::http::admin::see_other;
use crate::http::admin::staff::Staff;
use crate::http::views::admin::{ConflictPage, FormPage};
use crate::http::views::page;
use crate::services::{ServiceError, Services, UpdateOutcome};

/// `GET /admin/properties/add/`
pub(in crate::http) async fn new(staff: Staff) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Add)?;
    form_page(
        HttpResponse::Ok(),
        &staff,
        FormPage::add(PropertyForm::default()),
    )
}

/// `POST /admin/properties/add/`
pub(in crate::http) async fn create(
    staff: Staff,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Add)?;
    let form = typed(&fields);
    let saved = match form.parse() {
        Ok(new) => services.editor.create(&staff.username, new).await,
        Err(errors) => return refused(&staff, FormPage::add(form), errors),
    };
    match saved {
        Ok(property) => {
            staff.say("success", format!("“{}” was added.", property.title))?;
            Ok(after_save(&fields, property.id))
        }
        Err(err) => failed(&staff, FormPage::add(form), err),
    }
}

/// `GET /admin/properties/{id}/change/`
pub(in crate::http) async fn edit(
    staff: Staff,
    id: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Change)?;
    let property = find(&services, *id).await?;
    let form = FormPage::change(property.id, PropertyForm::of(&property), property.version());
    form_page(HttpResponse::Ok(), &staff, form)
}

/// `POST /admin/properties/{id}/change/`
pub(in crate::http) async fn update(
    staff: Staff,
    id: web::Path<i64>,
    CheckedForm(fields): CheckedForm,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    staff.require(Permission::Change)?;
    let (id, form) = (PropertyId(*id), typed(&fields));
    let seen = match seen_version(&fields, id, &services).await {
        Ok(Some(seen)) => seen,
        Ok(None) => return gone(&staff, form),
        Err(err) => return failed(&staff, FormPage::change(id, form, Version(0)), err),
    };
    let again = FormPage::change(id, form.clone(), seen);
    let outcome = match form.parse() {
        Ok(new) => services.editor.update(&staff.username, id, seen, new).await,
        Err(errors) => return refused(&staff, again, errors),
    };
    match outcome {
        Ok(UpdateOutcome::Saved(property)) => {
            staff.say("success", format!("“{}” was changed.", property.title))?;
            Ok(after_save(&fields, id))
        }
        Ok(UpdateOutcome::Conflict(current)) => {
            let conflict = ConflictPage::new(staff.frame()?, form, &current);
            page(HttpResponse::Conflict(), &conflict)
        }
        Ok(UpdateOutcome::Gone) => gone(&staff, form),
        Err(err) => failed(&staff, again, err),
    }
}

fn typed(fields: &Fields) -> PropertyForm {
    let text = |name: &str| fields.get(name).to_owned();
    PropertyForm {
        title: text("title"),
        description: text("description"),
        price: text("price"),
        location: text("location"),
    }
}

/// The state that the form was filled from; one that can't be read matches no state. A script that sends none edits
/// the listing as it is now.
async fn seen_version(
    fields: &Fields,
    id: PropertyId,
    services: &Services,
) -> Result<Option<Version>, ServiceError> {
    if fields.has("version") {
        return Ok(Some(Version(fields.get("version").parse().unwrap_or(0))));
    }
    let found = services.listings.find_uncached(id).await?;
    Ok(found.map(|found| found.version()))
}

pub(super) async fn find(services: &Services, id: i64) -> Result<Property, AppError> {
    services
        .listings
        .find_uncached(PropertyId(id))
        .await?
        .ok_or(AppError::NotFound)
}

/// Django's three buttons.
fn after_save(fields: &Fields, id: PropertyId) -> HttpResponse {
    match (fields.has("_addanother"), fields.has("_continue")) {
        (true, _) => see_other("/admin/properties/add/"),
        (_, true) => see_other(&format!("/admin/properties/{id}/change/")),
        _ => see_other("/admin/properties/"),
    }
}

fn form_page(
    response: HttpResponseBuilder,
    staff: &Staff,
    form: FormPage,
) -> Result<HttpResponse, AppError> {
    page(response, &form.framed(staff.frame()?))
}

fn refused(staff: &Staff, form: FormPage, errors: FieldErrors) -> Result<HttpResponse, AppError> {
    form_page(
        HttpResponse::UnprocessableEntity(),
        staff,
        form.with_errors(errors),
    )
}

/// The form as it was typed, for somebody whose listing was deleted meanwhile: saving adds it anew.
fn gone(staff: &Staff, form: PropertyForm) -> Result<HttpResponse, AppError> {
    let notice = "Somebody deleted this listing while you were editing it. Nothing that you typed is lost: saving adds \
        it as a new listing.";
    form_page(
        HttpResponse::Conflict(),
        staff,
        FormPage::add(form).with_notice(notice),
    )
}

/// The form as it was typed when the database refused it or can't be reached.
fn failed(staff: &Staff, form: FormPage, err: ServiceError) -> Result<HttpResponse, AppError> {
    if let Some(name) = err.refused_by() {
        let field = ["title", "description", "price", "location"]
            .into_iter()
            .find(|field| name.starts_with(&format!("property_{field}_")));
        let message = "The database does not accept this value.";
        return refused(
            staff,
            form,
            FieldErrors::of(field.unwrap_or("title"), message),
        );
    }
    match err {
        err if err.is_unavailable() => {
            log::error!("{err}");
            let mut response = HttpResponse::ServiceUnavailable();
            response.insert_header((header::RETRY_AFTER, "5"));
            let notice = "The database can’t be reached at the moment, so nothing was saved. Nothing that you typed is \
                lost: try again in a few seconds.";
            form_page(response, staff, form.with_notice(notice))
        }
        err => Err(err.into()),
    }
}
