//! The admin: staff only, never cached, all of it without JavaScript.

mod enquiries;
mod history;
mod jobs;
mod list_state;
mod listings;
mod login;
mod login_form;
mod overview;
mod password_reset;
mod passwords;
mod photos;
mod restore;
pub(super) mod routes;
mod sessions;
mod undo;
mod upload;
mod user_form;
mod users;

use actix_web::HttpResponse;
use actix_web::http::header;

/// Sends a browser on after a successful form.
fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}
