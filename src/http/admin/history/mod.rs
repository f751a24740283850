//! What was done to listings: who, when, and what changed; and how to bring back what was.

mod restore;
mod show;
mod undo;

use actix_web::web;

use crate::http::routing::get;

/// Registers the addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    let of_listing = web::resource(r"/properties/{id:\d+}/history/");
    let version = web::resource(r"/properties/{id:\d+}/history/{event:\d+}/restore/");
    let deletion = web::resource(r"/history/{event:\d+}/undo/");
    config
        .service(of_listing.route(get().to(show::of_listing)))
        .service(
            version
                .route(get().to(restore::confirm))
                .route(web::post().to(restore::restore)),
        )
        .service(web::resource("/history/").route(get().to(show::index)))
        .service(
            deletion
                .route(get().to(undo::confirm))
                .route(web::post().to(undo::undo)),
        );
}
