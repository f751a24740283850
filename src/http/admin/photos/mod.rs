//! The photos page of a listing: adds files, and changes the order and descriptions of photos.

mod changes;
mod received;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::list_state::List;
use super::listings::find;
use super::see_other;
use crate::domain::{
    EventId, HistoryEntry, HistoryQuery, Permission, Photos, Property, PropertyId,
};
use crate::http::staff::Staff;
use crate::http::views::admin::{PhotosPage, digest_of};
use crate::http::views::list_address::carrying;
use crate::http::views::page;
use crate::http::{Answer, AppError};
use crate::services::PhotosOutcome;
use changes::Changes;
use received::{Received, receive};

/// `GET /admin/properties/{id}/photos/`
pub(super) async fn edit(staff: Staff, id: web::Path<i64>, request: HttpRequest) -> Answer {
    staff.require(Permission::Change)?;
    let property = find(&staff, *id).await?;
    let filters = List::Listings.state_of(&request);
    show(
        HttpResponse::Ok(),
        &staff,
        property,
        PhotosPageParts { filters, ..PhotosPageParts::default() },
    )
    .await
}

/// `POST /admin/properties/{id}/photos/`: all changes of the page. If some files are refused, the other changes are
/// saved.
pub(super) async fn update(
    staff: Staff,
    id: web::Path<i64>,
    request: HttpRequest,
    parts: Multipart,
) -> Answer {
    staff.require(Permission::Change)?;
    let property = find(&staff, *id).await?;
    let received = receive(&staff, &request, parts).await?;
    let filters = List::Listings.state(&received.fields);
    let mut told =
        PhotosPageParts { filters, typed: received.alts(), ..PhotosPageParts::default() };
    if received.is_outdated {
        told.notice = staff.outdated("Make your changes again and save them");
        return show(HttpResponse::Forbidden(), &staff, property, told).await;
    }
    let id = property.id;
    let changes = Changes::of(&received, undone(&staff, id, &received).await?);
    told.problems = received.problems;
    told.problems.extend(changes.problems.iter().cloned());
    let done = changes.done();
    let changed = staff.services.gallery.change(&staff.username, id, move |now| changes.apply(now));
    let (status, property) = match changed.await? {
        PhotosOutcome::Saved(_) | PhotosOutcome::Same(_) if told.problems.is_empty() => {
            staff.say("success", done);
            let address = format!("/admin/properties/{id}/photos/");
            return Ok(see_other(&carrying(&address, &told.filters)));
        }
        PhotosOutcome::Saved(property) | PhotosOutcome::Same(property) => {
            told.notice = "Everything else was saved.".to_owned();
            (HttpResponse::UnprocessableEntity(), property)
        }
        PhotosOutcome::Conflict(property) => {
            told.notice = "The photos were changed after you opened this page, so nothing was saved. The photos below are \
                up to date: repeat your changes."
                .to_owned();
            (HttpResponse::Conflict(), property)
        }
        PhotosOutcome::TooMany(property) => {
            let (now, most) = (property.facts.photos().len(), Photos::MAX);
            told.notice = format!(
                "Nothing was saved: a listing can have {most} photos, and this one has {now}. Delete some, or choose fewer \
                files."
            );
            (HttpResponse::UnprocessableEntity(), property)
        }
        PhotosOutcome::Removed(property) => {
            told.notice = "Nothing was saved: the files of a photo have been removed in the meantime. Upload it again."
                .to_owned();
            (HttpResponse::Conflict(), property)
        }
        PhotosOutcome::Gone => return Err(AppError::NotFound),
    };
    show(status, &staff, property, told).await
}

/// The parts of the page other than the photos.
#[derive(Default)]
struct PhotosPageParts {
    /// The result of the last request.
    notice: String,
    /// The refused files and texts, each with the reason.
    problems: Vec<String>,
    /// Descriptions that were typed and not saved, by photo.
    typed: Vec<(String, String)>,
    filters: String,
}

async fn show(
    response: HttpResponseBuilder,
    staff: &Staff,
    property: Property,
    told: PhotosPageParts,
) -> Answer {
    let history = staff.services.history.page(&HistoryQuery::of(property.id), 1).await?;
    let latest = history.entries.first();
    let undo = latest.filter(|entry| before(entry).is_some()).map(|entry| entry.id);
    let PhotosPageParts { notice, problems, typed, filters } = told;
    let shown = PhotosPage {
        frame: staff.frame(),
        seen: digest_of(property.facts.photos()),
        undo,
        notice,
        problems,
        typed,
        filters,
        property,
    };
    page(response, &shown)
}

/// The photos before and after a change; `None` if the entry is not a change of photos.
fn before(entry: &HistoryEntry) -> Option<[Photos; 2]> {
    let is_update = entry.kind == "updated";
    let mut changes = entry.changes.iter().filter(|_| is_update);
    let change = changes.find(|change| !change.fact.kind.is_field())?;
    Some([Photos::parse(&change.before).ok()?, Photos::parse(&change.after).ok()?])
}

/// The photos before and after the change that should be undone.
async fn undone(
    staff: &Staff,
    id: PropertyId,
    received: &Received,
) -> Result<Option<[Photos; 2]>, AppError> {
    let Ok(event) = received.fields.get("_undo").parse() else {
        return Ok(None);
    };
    let entry = staff.services.history.find(EventId(event)).await?;
    let entry = entry.filter(|entry| entry.property == Some(id)).ok_or(AppError::NotFound)?;
    Ok(Some(before(&entry).ok_or(AppError::NotFound)?))
}
