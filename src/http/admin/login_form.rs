//! The login form: its token, its page, and the path to open after the login.

use std::future::Future;
use std::pin::Pin;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, web};

use crate::http::csrf::new_token;
use crate::http::forms::{SentForm, sent_form};
use crate::http::views::admin::LoginPage;
use crate::http::views::page;
use crate::http::{Answer, AppError, Site};
use crate::services::Services;

/// The cookie that repeats the token of the forms for login and forgotten passwords: without a user there is no session
/// to keep it in.
const LOGIN_COOKIE: &str = "login_token";

/// A form of a browser without a session. Its cookie repeats the token unless another such page was loaded since.
#[derive(Debug)]
pub(in crate::http) struct LoginForm(pub(super) SentForm);

impl FromRequest for LoginForm {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = sent_form(request, payload, |request| Ok(known_token(request)));
        Box::pin(async move { Ok(Self(form.await?)) })
    }
}

/// The login form for a user who submitted a listing form, which it contains.
pub(super) fn ask_to_log_in(
    request: &HttpRequest,
    next: &str,
    kept: Vec<(&'static str, String)>,
) -> Answer {
    let site = request.app_data::<web::Data<Site>>().ok_or(AppError::NotFound)?;
    let form = LoginPage { next, kept, ..LoginPage::default() };
    login_page(HttpResponse::Forbidden(), request, site, form)
}

/// The login form, with a token that its cookie repeats.
pub(super) fn login_page(
    mut response: HttpResponseBuilder,
    request: &HttpRequest,
    site: &Site,
    form: LoginPage<'_>,
) -> Answer {
    let (csrf_token, cookie) = guest_token(request, site);
    response.cookie(cookie);
    let services = request.app_data::<web::Data<Services>>();
    let can_reset = services.is_some_and(|services| services.post.is_configured());
    page(response, &LoginPage { csrf_token, can_reset, ..form })
}

/// The token for forms of a browser without a session, and the cookie that repeats it.
pub(super) fn guest_token(request: &HttpRequest, site: &Site) -> (String, Cookie<'static>) {
    // A form in another tab remains valid.
    let known = known_token(request).filter(|token| token.len() == 43);
    let csrf_token = known.unwrap_or_else(new_token);
    let cookie = Cookie::build(LOGIN_COOKIE, csrf_token.clone())
        .path("/admin/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(site.is_https())
        .finish();
    (csrf_token, cookie)
}

/// The token of the last login form that the browser got.
fn known_token(request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(LOGIN_COOKIE);
    cookie.map(|cookie| cookie.value().to_owned())
}

/// A path on this site to open next; `/admin/` for any other text.
pub(super) fn safe_path(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    let plain = !next.chars().any(|c| c.is_control() || c.is_whitespace());
    if own && plain && next.is_ascii() { next } else { "/admin/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_only_to_this_site() {
        assert_eq!(safe_path("/admin/properties/?q=a"), "/admin/properties/?q=a");
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
