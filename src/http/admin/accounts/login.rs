//! Logging in and out.

use actix_session::Session;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::http::admin::listings::{carried, go_on};
use crate::http::admin::request::{Body, CheckedForm, is_foreign, read, tokens_match, visitor};
use crate::http::admin::see_other;
use crate::http::admin::staff::{Staff, new_token};
use crate::http::views::admin::LoginPage;
use crate::http::views::page;
use crate::http::{AppError, Site};
use crate::services::{Login, Services};

/// The cookie that a login form must repeat: nobody is known yet who could have a session.
const LOGIN_COOKIE: &str = "login_token";

/// Where to go after a login.
#[derive(Deserialize)]
pub(in crate::http) struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /admin/login/`
pub(in crate::http) async fn new_login(
    request: HttpRequest,
    query: web::Query<Next>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    if Staff::of(&request).await?.is_some() {
        return Ok(see_other(safe_path(&query.next)));
    }
    login_page(
        HttpResponse::Ok(),
        &request,
        &site,
        "",
        safe_path(&query.next),
        None,
        Vec::new(),
    )
}

/// `POST /admin/login/`
pub(in crate::http) async fn log_in(
    request: HttpRequest,
    Body(body): Body,
    session: Session,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let form = read(&request, &body)?;
    let cookie = request.cookie(LOGIN_COOKIE);
    let right = cookie.is_some_and(|cookie| tokens_match(cookie.value(), form.get("csrf_token")));
    if !right || is_foreign(request.headers()) {
        let detail = "The login form's security token is missing or wrong. Go back, reload the page and try again.";
        return Err(AppError::Forbidden(detail));
    }
    let next = safe_path(form.get("next"));
    let username = form.get("username").trim();
    let visitor = visitor(&request);
    let address = visitor.address();
    match services
        .accounts
        .log_in(username, form.get("password").to_owned(), &visitor)
        .await?
    {
        Login::Entered(user) => {
            Staff::log_in(&session, &user, &visitor)?;
            log::info!("login user=\"{}\" address={address}", user.username);
            go_on(&session, &user, &form, next, &services).await
        }
        Login::Refused => {
            log::warn!(
                "login refused user=\"{}\" address={address}",
                username.escape_debug()
            );
            let error = "Please enter the correct username and password for a staff account. Note that both fields \
                may be case-sensitive.";
            login_page(
                HttpResponse::UnprocessableEntity(),
                &request,
                &site,
                username,
                next,
                Some(error),
                carried(&form, next),
            )
        }
        Login::Throttled(wait) => {
            log::warn!(
                "login throttled user=\"{}\" address={address}",
                username.escape_debug()
            );
            Err(AppError::Throttled(wait))
        }
    }
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
    see_other("/admin/login/")
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
    let response = HttpResponse::Forbidden();
    login_page(response, request, site, "", next, None, kept)
}

/// The login form, with a token that its cookie repeats.
fn login_page(
    mut response: actix_web::HttpResponseBuilder,
    request: &HttpRequest,
    site: &Site,
    username: &str,
    next: &str,
    error: Option<&str>,
    kept: Vec<(&'static str, String)>,
) -> Result<HttpResponse, AppError> {
    // The form in another tab keeps working.
    let known = request
        .cookie(LOGIN_COOKIE)
        .map(|cookie| cookie.value().to_owned());
    let token = known
        .filter(|token| token.len() == 43)
        .unwrap_or_else(new_token);
    let cookie = Cookie::build(LOGIN_COOKIE, token.clone())
        .path("/admin/login/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(site.is_https())
        .finish();
    response.cookie(cookie);
    page(
        response,
        &LoginPage {
            csrf_token: token,
            username: username.to_owned(),
            next: next.to_owned(),
            error,
            kept,
        },
    )
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
