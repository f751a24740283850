//! The handlers of the admin.

use actix_web::http::header;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::{Resource, web};

use super::listings::{
    bulk, deletion, export, form, import, import_columns, import_undo, index, logged_out,
    restoration, status,
};
use super::{
    alerts, enquiries, history, jobs, login, overview, password_reset, passwords, photos, restore,
    sessions, undo, user_form, users,
};
use crate::http::Site;
use crate::http::middleware::frame::frame;
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
                // If the session has ended, the submitted form is kept.
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
        .wrap(from_fn(frame))
        .wrap(session::sessions(site, &services.sessions));
    config.service(scope);
}

/// Adds the handlers of a URL: the page, and the action of its form.
fn of(address: Admin, resource: Resource) -> Resource {
    match address {
        Admin::Overview => resource.route(get().to(overview::show)),
        Admin::Login => resource.route(get().to(login::new_login)).post(login::log_in),
        Admin::Logout => resource.post(login::log_out),
        Admin::Logins => resource.route(get().to(sessions::audit)),
        Admin::Sessions => resource.route(get().to(sessions::own)).post(sessions::end_own),
        Admin::PasswordChange => {
            resource.route(get().to(passwords::edit_own)).post(passwords::update_own)
        }
        Admin::PasswordReset => {
            resource.route(get().to(password_reset::ask)).post(password_reset::request)
        }
        Admin::PasswordResetDone => resource.route(get().to(password_reset::requested)),
        Admin::ResetPassword => {
            resource.route(get().to(password_reset::choose)).post(password_reset::set)
        }
        Admin::ResetDone => resource.route(get().to(password_reset::complete)),
        Admin::Listings => resource.route(get().to(index::index)).post(bulk::act),
        Admin::AddListing => resource.route(get().to(form::new)).post(form::create),
        Admin::Export => resource.route(get().to(export::show)),
        Admin::Import => resource.route(get().to(import::new)).post(import::create),
        Admin::ImportPreview => resource.route(get().to(import::show)).post(import::apply),
        Admin::ImportColumns => {
            resource.route(get().to(import_columns::show)).post(import_columns::choose)
        }
        Admin::UndoImport => resource.post(import_undo::undo),
        Admin::InvalidRows => resource.route(get().to(import_columns::invalid)),
        Admin::ChangeListing => resource.route(get().to(form::edit)).post(form::update),
        Admin::Photos => resource.route(get().to(photos::edit)).post(photos::update),
        Admin::RestoreListing => resource.post(restoration::restore),
        Admin::ListingStatus => resource.post(status::set),
        Admin::DeleteListing => resource.route(get().to(deletion::confirm)).post(deletion::delete),
        Admin::ListingHistory => resource.route(get().to(history::of_listing)),
        Admin::RestoreVersion => resource.route(get().to(restore::confirm)).post(restore::restore),
        Admin::History => resource.route(get().to(history::index)),
        Admin::UndoDeletion => resource.route(get().to(undo::confirm)).post(undo::undo),
        Admin::Enquiries => resource.route(get().to(enquiries::index)).post(enquiries::act),
        Admin::ExportEnquiries => resource.route(get().to(enquiries::export)),
        Admin::Alerts => resource.route(get().to(alerts::index)).post(alerts::erase),
        Admin::Jobs => resource.route(get().to(jobs::index)).post(jobs::act),
        Admin::Users => resource.route(get().to(users::index)),
        Admin::UsersHistory => resource.route(get().to(users::history)),
        Admin::AddUser => resource.route(get().to(user_form::new)).post(user_form::create),
        Admin::ChangeUser => resource.route(get().to(user_form::edit)).post(user_form::update),
        Admin::UserPassword => resource.route(get().to(passwords::edit)).post(passwords::update),
        Admin::DeleteUser => resource.route(get().to(users::confirm_delete)).post(users::delete),
        Admin::UserHistory => resource.route(get().to(users::history_of)),
        Admin::UserSessions => {
            resource.route(get().to(sessions::of_user)).post(sessions::end_of_user)
        }
    }
}
