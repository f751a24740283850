//! Listings: their list, the forms that add, change and delete them, and what is done to many at once.

mod bulk;
mod chosen;
mod conflict;
mod deletion;
mod export;
mod form;
mod import;
mod index;
mod list_address;
mod logged_out;
mod outcome;
mod preview;
mod restoration;
mod sent;

use actix_web::middleware::from_fn;
use actix_web::web;

use crate::http::routing::get;

pub(super) use form::find;
pub(super) use list_address::{filters, filters_of, list_address};
pub(super) use logged_out::{carried, go_on};

/// Registers the addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    let listing = |name: &str| web::resource(format!(r"/properties/{{id:\d+}}/{name}/"));
    config
        .service(
            web::resource("/properties/")
                .route(get().to(index::index))
                .route(web::post().to(bulk::act)),
        )
        .service(
            web::resource("/properties/add/")
                .wrap(from_fn(logged_out::keep))
                .route(get().to(form::new))
                .route(web::post().to(form::create)),
        )
        .service(web::resource("/properties/export/").route(get().to(export::show)))
        .service(
            web::resource("/properties/import/")
                .route(get().to(import::new))
                .route(web::post().to(import::create)),
        )
        .service(
            web::resource(r"/properties/import/{id:\d+}/")
                .route(get().to(import::show))
                .route(web::post().to(import::apply)),
        )
        .service(
            listing("change")
                .wrap(from_fn(logged_out::keep))
                .route(get().to(form::edit))
                .route(web::post().to(form::update)),
        )
        .service(listing("restore").route(web::post().to(restoration::restore)))
        .service(
            listing("delete")
                .route(get().to(deletion::confirm_delete))
                .route(web::post().to(deletion::delete)),
        );
}
