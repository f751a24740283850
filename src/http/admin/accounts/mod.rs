//! Staff: logging in and out, and their passwords.

mod login;
mod password;

use actix_web::web;

/// Registers the addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/login/")
                .route(web::get().to(login::new_login))
                .route(web::post().to(login::log_in)),
        )
        .service(web::resource("/logout/").route(web::post().to(login::log_out)))
        .service(
            web::resource("/password_change/")
                .route(web::get().to(password::edit_password))
                .route(web::post().to(password::update_password)),
        );
}
