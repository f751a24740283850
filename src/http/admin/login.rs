//! Logging in and out.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::Deserialize;

use super::listings::{carried, go_on};
use super::login_form::{LoginForm, login_page, safe_path};
use super::see_other;
use crate::http::forms::{CheckedForm, Fields, SentForm, visitor};
use crate::http::staff::Staff;
use crate::http::views::admin::LoginPage;
use crate::http::{Answer, AppError, Site};
use crate::services::{Login, Services, Visitor};

/// The path to open after the login, and the key of a message.
#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
    #[serde(default)]
    done: String,
}

impl Next {
    /// The fixed messages that a URL can select.
    fn said(&self) -> Option<&'static str> {
        match &*self.done {
            "logout" => Some("You are logged out."),
            "password" => Some("Your password was changed. Log in with the new one."),
            _ => None,
        }
    }
}

/// `GET /admin/login/`
pub(super) async fn new_login(
    request: HttpRequest,
    query: web::Query<Next>,
    site: web::Data<Site>,
) -> Answer {
    let next = safe_path(&query.next);
    if Staff::of(&request).await?.is_some() {
        return Ok(see_other(next));
    }
    let form = LoginPage { next, said: query.said(), ..LoginPage::default() };
    login_page(HttpResponse::Ok(), &request, &site, form)
}

/// `POST /admin/login/`
pub(super) async fn log_in(
    request: HttpRequest,
    LoginForm(SentForm { fields, is_outdated }): LoginForm,
    session: Session,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Answer {
    if is_outdated {
        let error = "You are not logged in yet, because you opened the login page again in another tab or window. \
        Enter your password again.";
        return again(HttpResponse::Forbidden(), &request, &site, &fields, error);
    }
    let (username, visitor) = (fields.get("username").trim(), visitor(&request));
    let password = fields.get("password").to_owned();
    let login = services.accounts.log_in(username, password, &visitor).await?;
    log_attempt(&login, username, &visitor);
    match login {
        Login::Entered(user) => {
            Staff::log_in(&session, &user, &visitor)?;
            let staff = Staff::entered(&session, &user, &services)?;
            go_on(&staff, &fields, safe_path(fields.get("next"))).await
        }
        Login::Refused => {
            let response = HttpResponse::UnprocessableEntity();
            again(response, &request, &site, &fields, REFUSED)
        }
        Login::Throttled(wait) => Err(AppError::Throttled(wait)),
    }
}

fn log_attempt(login: &Login, username: &str, visitor: &Visitor) {
    let (typed, address) = (username.escape_debug(), visitor.address());
    match login {
        Login::Entered(user) => log::info!("login user=\"{}\" address={address}", user.username),
        Login::Refused => log::warn!("login refused user=\"{typed}\" address={address}"),
        Login::Throttled(_) => log::warn!("login throttled user=\"{typed}\" address={address}"),
    }
}

/// The message after a wrong login. It does not say what was wrong.
const REFUSED: &str = "Please enter the correct username and password for a staff account. Note that both fields may be \
    case-sensitive.";

/// Shows the form again, with all fields except the password.
fn again(
    response: HttpResponseBuilder,
    request: &HttpRequest,
    site: &Site,
    form: &Fields,
    error: &'static str,
) -> Answer {
    let next = safe_path(form.get("next"));
    let again = LoginPage {
        username: form.get("username").trim(),
        next,
        kept: carried(form, next),
        error: Some(error),
        ..LoginPage::default()
    };
    login_page(response, request, site, again)
}

/// `POST /admin/logout/`
pub(super) async fn log_out(
    staff: Staff,
    _form: CheckedForm,
    session: Session,
    request: HttpRequest,
) -> HttpResponse {
    log::info!("logout user=\"{}\"", staff.username);
    let (accounts, visitor) = (&staff.services.accounts, visitor(&request));
    let noted = accounts.note_logout(staff.id, &staff.username, &visitor);
    if let Err(err) = noted.await {
        // The session ends nevertheless, or the middleware reports that it can't.
        log::error!("a logout was not recorded: {err}");
    }
    session.purge();
    see_other("/admin/login/?done=logout")
}
