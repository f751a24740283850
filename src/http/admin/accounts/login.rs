//! Logging in and out.

use std::future::Future;
use std::pin::Pin;

use actix_session::Session;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::Deserialize;

use crate::http::admin::listings::{carried, go_on};
use crate::http::admin::request::{CheckedForm, Fields, SentForm, sent_form, visitor};
use crate::http::admin::see_other;
use crate::http::admin::staff::{Staff, new_token};
use crate::http::views::admin::LoginPage;
use crate::http::views::page;
use crate::http::{AppError, Site};
use crate::services::{Login, Services, Visitor};

/// The cookie that a login form must repeat: nobody is known yet who could have a session.
const LOGIN_COOKIE: &str = "login_token";

/// Where to go after a login, and what was done before it.
#[derive(Deserialize)]
pub(in crate::http) struct Next {
    #[serde(default)]
    next: String,
    #[serde(default)]
    done: String,
}

impl Next {
    /// What to say of it: these words alone, whatever an address says.
    fn said(&self) -> Option<&'static str> {
        match &*self.done {
            "logout" => Some("You are logged out."),
            "password" => Some("Your password was changed. Log in with the new one."),
            _ => None,
        }
    }
}

/// A login form, whose token its cookie repeats unless another login page was loaded since.
#[derive(Debug)]
pub(in crate::http) struct LoginForm(SentForm);

impl FromRequest for LoginForm {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = sent_form(request, payload, |request| Ok(known_token(request)));
        Box::pin(async move { Ok(Self(form.await?)) })
    }
}

/// `GET /admin/login/`
pub(in crate::http) async fn new_login(
    request: HttpRequest,
    query: web::Query<Next>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let next = safe_path(&query.next);
    if Staff::of(&request).await?.is_some() {
        return Ok(see_other(next));
    }
    let form = LoginPage {
        next,
        said: query.said(),
        ..LoginPage::default()
    };
    login_page(HttpResponse::Ok(), &request, &site, form)
}

/// `POST /admin/login/`
pub(in crate::http) async fn log_in(
    request: HttpRequest,
    LoginForm(form): LoginForm,
    session: Session,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let form = match form {
        SentForm::Checked(form) => form,
        SentForm::Outdated(form) => {
            let error = "You are not logged in yet, because you opened the login page again in another tab or \
            window. Enter your password again.";
            return again(HttpResponse::Forbidden(), &request, &site, &form, error);
        }
    };
    let (username, visitor) = (form.get("username").trim(), visitor(&request));
    let password = form.get("password").to_owned();
    let login = services.accounts.log_in(username, password, &visitor);
    let login = login.await?;
    log_attempt(&login, username, &visitor);
    match login {
        Login::Entered(user) => {
            Staff::log_in(&session, &user, &visitor)?;
            go_on(
                &session,
                &user,
                &form,
                safe_path(form.get("next")),
                &services,
            )
            .await
        }
        Login::Refused => {
            let response = HttpResponse::UnprocessableEntity();
            again(response, &request, &site, &form, REFUSED)
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

/// What is said of a wrong login: not what was wrong.
const REFUSED: &str = "Please enter the correct username and password for a staff account. Note that both fields may be \
    case-sensitive.";

/// The form again, with everything but the password.
fn again(
    response: HttpResponseBuilder,
    request: &HttpRequest,
    site: &Site,
    form: &Fields,
    error: &'static str,
) -> Result<HttpResponse, AppError> {
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
pub(in crate::http) async fn log_out(
    staff: Staff,
    _form: CheckedForm,
    session: Session,
    request: HttpRequest,
    services: web::Data<Services>,
) -> HttpResponse {
    log::info!("logout user=\"{}\"", staff.username);
    let visitor = visitor(&request);
    let accounts = &services.accounts;
    let noted = accounts.note_logout(staff.id, &staff.username, &visitor);
    if let Err(err) = noted.await {
        // The session ends all the same, or the middleware says that it can't.
        log::error!("a logout was not noted: {err}");
    }
    session.purge();
    see_other("/admin/login/?done=logout")
}

/// The login form for somebody who sent a form of a listing, which it carries. The request was sent where no cookie
/// tells of a login form in another tab, which has to be loaded again then.
pub(in crate::http::admin) fn ask_to_log_in(
    request: &HttpRequest,
    next: &str,
    kept: Vec<(&'static str, String)>,
) -> Result<HttpResponse, AppError> {
    let site = request
        .app_data::<web::Data<Site>>()
        .ok_or(AppError::NotFound)?;
    let form = LoginPage {
        next,
        kept,
        ..LoginPage::default()
    };
    login_page(HttpResponse::Forbidden(), request, site, form)
}

/// The login form, with a token that its cookie repeats.
fn login_page(
    mut response: HttpResponseBuilder,
    request: &HttpRequest,
    site: &Site,
    form: LoginPage<'_>,
) -> Result<HttpResponse, AppError> {
    // The form in another tab keeps working.
    let known = known_token(request).filter(|token| token.len() == 43);
    let csrf_token = known.unwrap_or_else(new_token);
    let cookie = Cookie::build(LOGIN_COOKIE, csrf_token.clone())
        .path("/admin/login/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(site.is_https())
        .finish();
    response.cookie(cookie);
    page(response, &LoginPage { csrf_token, ..form })
}

/// The token of the login form that the browser was given last.
fn known_token(request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(LOGIN_COOKIE);
    cookie.map(|cookie| cookie.value().to_owned())
}

/// A path on this site to go on to; anything else leads to the overview.
fn safe_path(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    let plain = !next.chars().any(|c| c.is_control() || c.is_whitespace());
    if own && plain && next.is_ascii() {
        next
    } else {
        "/admin/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_only_to_this_site() {
        assert_eq!(
            safe_path("/admin/properties/?q=a"),
            "/admin/properties/?q=a"
        );
        for next in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "evil",
            "/\t/evil",
        ] {
            assert_eq!(safe_path(next), "/admin/", "{next:?}");
        }
    }
}
