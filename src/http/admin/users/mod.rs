//! The accounts of staff: superusers add, change and delete them, and see what was done to them.
//!
//! **Invariant:** every handler here asks for a superuser first, and what it then does asks the database again.

mod deletion;
mod form;
mod history;
mod index;
mod list_address;
mod password;
mod sent;
mod sessions;

use actix_web::web;

use crate::http::routing::get;

/// Registers the addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    let account = |name: &str| web::resource(format!(r"/users/{{id:\d+}}/{name}/"));
    config
        .service(web::resource("/users/").route(get().to(index::index)))
        .service(web::resource("/users/history/").route(get().to(history::of_all)))
        .service(
            web::resource("/users/add/")
                .route(get().to(form::new))
                .route(web::post().to(form::create)),
        )
        .service(
            account("change")
                .route(get().to(form::edit))
                .route(web::post().to(form::update)),
        )
        .service(
            account("password")
                .route(get().to(password::edit))
                .route(web::post().to(password::update)),
        )
        .service(
            account("delete")
                .route(get().to(deletion::confirm))
                .route(web::post().to(deletion::delete)),
        )
        .service(account("history").route(get().to(history::of_account)))
        .service(
            account("sessions")
                .route(get().to(sessions::index))
                .route(web::post().to(sessions::end)),
        );
}
