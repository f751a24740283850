//! The handlers of the admin.

use actix_web::http::header;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::{Resource, Route, web};

use super::accounts::{login, logins, password, sessions};
use super::history::{restore, show, undo};
use super::listings::{bulk, deletion, export, form, import, index, logged_out, restoration};
use super::{overview, users};
use crate::http::Site;
use crate::http::middleware::frame::frame_failures;
use crate::http::middleware::session;
use crate::http::routing::{get, not_found, resource};
use crate::services::Services;
use crate::services::urls::{Address, Admin, URLS};

/// Registers the admin.
pub(in crate::http) fn configure(
    config: &mut web::ServiceConfig,
    services: &Services,
    site: &Site,
) {
    let register = |config: &mut web::ServiceConfig| {
        for url in URLS {
            let resource = resource(url, "/admin");
            match url.address {
                // A form that is sent after its session has ended is kept.
                Address::Admin(address @ (Admin::AddListing | Admin::ChangeListing)) => {
                    config.service(of(address, resource).wrap(from_fn(logged_out::keep)));
                }
                Address::Admin(address) => {
                    config.service(of(address, resource));
                }
                Address::Public(_) | Address::Operators(_) => {}
            }
        }
    };
    let scope = web::scope("/admin")
        .configure(register)
        .default_service(web::to(not_found))
        .wrap(DefaultHeaders::new().add((header::CACHE_CONTROL, "no-store, private")))
        .wrap(from_fn(frame_failures))
        .wrap(session::sessions(site, &services.sessions));
    config.service(scope);
}

/// The handlers of a URL: what is shown, and what a form does.
fn of(address: Admin, resource: Resource) -> Resource {
    let one = |route: Route| (route, None);
    let both = |shown: Route, sent: Route| (shown, Some(sent));
    let (first, second) = match address {
        Admin::Overview => one(get().to(overview::show)),
        Admin::Login => both(get().to(login::new_login), web::post().to(login::log_in)),
        Admin::Logout => one(web::post().to(login::log_out)),
        Admin::Logins => one(get().to(logins::index)),
        Admin::Sessions => both(get().to(sessions::index), web::post().to(sessions::end)),
        Admin::PasswordChange => {
            both(get().to(password::edit_password), web::post().to(password::update_password))
        }
        Admin::Listings => both(get().to(index::index), web::post().to(bulk::act)),
        Admin::AddListing => both(get().to(form::new), web::post().to(form::create)),
        Admin::Export => one(get().to(export::show)),
        Admin::Import => both(get().to(import::new), web::post().to(import::create)),
        Admin::ImportPreview => both(get().to(import::show), web::post().to(import::apply)),
        Admin::ChangeListing => both(get().to(form::edit), web::post().to(form::update)),
        Admin::RestoreListing => one(web::post().to(restoration::restore)),
        Admin::DeleteListing => {
            both(get().to(deletion::confirm_delete), web::post().to(deletion::delete))
        }
        Admin::ListingHistory => one(get().to(show::of_listing)),
        Admin::RestoreVersion => both(get().to(restore::confirm), web::post().to(restore::restore)),
        Admin::History => one(get().to(show::index)),
        Admin::UndoDeletion => both(get().to(undo::confirm), web::post().to(undo::undo)),
        Admin::Users => one(get().to(users::index::index)),
        Admin::UsersHistory => one(get().to(users::history::of_all)),
        Admin::AddUser => both(get().to(users::form::new), web::post().to(users::form::create)),
        Admin::ChangeUser => both(get().to(users::form::edit), web::post().to(users::form::update)),
        Admin::UserPassword => {
            both(get().to(users::password::edit), web::post().to(users::password::update))
        }
        Admin::DeleteUser => {
            both(get().to(users::deletion::confirm), web::post().to(users::deletion::delete))
        }
        Admin::UserHistory => one(get().to(users::history::of_account)),
        Admin::UserSessions => {
            both(get().to(users::sessions::index), web::post().to(users::sessions::end))
        }
    };
    let resource = resource.route(first);
    match second {
        Some(route) => resource.route(route),
        None => resource,
    }
}
