//! What was done to listings: who, when, and what changed.

mod show;

use actix_web::web;

/// Registers the addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    let of_listing = web::resource(r"/properties/{id:\d+}/history/");
    config.service(of_listing.route(web::get().to(show::of_listing)));
}
