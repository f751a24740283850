//! Listings: their list, the forms that add, change and delete them, and what is done to many at once.

mod bulk;
mod chosen;
mod deletion;
mod export;
mod form;
mod import;
mod index;

use actix_web::web;

use super::request::Fields;
use crate::domain::AdminListQuery;

/// What carries the state of the list through its other pages, as in Django: a parameter of their addresses and a field
/// of their forms.
pub(super) const LIST_STATE: &str = "_changelist_filters";

/// Registers the addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    let listing = |name: &str| web::resource(format!(r"/properties/{{id:\d+}}/{name}/"));
    config
        .service(
            web::resource("/properties/")
                .route(web::get().to(index::index))
                .route(web::post().to(bulk::act)),
        )
        .service(
            web::resource("/properties/add/")
                .route(web::get().to(form::new))
                .route(web::post().to(form::create)),
        )
        .service(web::resource("/properties/export/").route(web::get().to(export::show)))
        .service(
            web::resource("/properties/import/")
                .route(web::get().to(import::new))
                .route(web::post().to(import::create)),
        )
        .service(
            web::resource(r"/properties/import/{id:\d+}/")
                .route(web::get().to(import::show))
                .route(web::post().to(import::apply)),
        )
        .service(
            listing("change")
                .route(web::get().to(form::edit))
                .route(web::post().to(form::update)),
        )
        .service(
            listing("delete")
                .route(web::get().to(deletion::confirm_delete))
                .route(web::post().to(deletion::delete)),
        );
}

/// The state of the list that a form or an address carries, as the list's own query string. What is not one is no state.
pub(super) fn list_state(fields: &Fields) -> String {
    let state = AdminListQuery::parse(fields.get(LIST_STATE));
    state.unwrap_or_default().canonical()
}

/// The address of the list in the state that a form or an address carries.
pub(super) fn list_address(fields: &Fields) -> String {
    match list_state(fields) {
        state if state.is_empty() => "/admin/properties/".to_owned(),
        state => format!("/admin/properties/?{state}"),
    }
}
