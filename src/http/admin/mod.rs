//! The admin: staff only, never cached, all of it without JavaScript.

mod accounts;
mod history;
mod listings;
mod login_form;
mod new_password;
mod overview;
pub(super) mod routes;
mod upload;
mod users;

use actix_web::HttpResponse;
use actix_web::http::header;

/// Sends a browser on after a successful form.
fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}
