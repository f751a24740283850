//! The admin: for staff, never cached, and usable without JavaScript.

mod alerts;
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

/// Redirects a browser after a successful form.
fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}
