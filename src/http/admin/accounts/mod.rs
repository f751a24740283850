//! Staff: logging in and out, their passwords, where they are logged in, and who tried to.

mod login;
mod logins;
mod password;
mod sessions;

use actix_web::web;

use crate::http::routing::get;

/// Registers the addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/login/")
                .route(get().to(login::new_login))
                .route(web::post().to(login::log_in)),
        )
        .service(web::resource("/logins/").route(get().to(logins::index)))
        .service(
            web::resource("/sessions/")
                .route(get().to(sessions::index))
                .route(web::post().to(sessions::end)),
        )
        .service(web::resource("/logout/").route(web::post().to(login::log_out)))
        .service(
            web::resource("/password_change/")
                .route(get().to(password::edit_password))
                .route(web::post().to(password::update_password)),
        );
}
