//! A new password by mail, in Django's four steps: the address, the mail, the new password, the confirmation.
//!
//! **Invariant:** if no mail is sent, none of these pages exists.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::login_form::{LoginForm, guest_token};
use super::passwords::{NEW, new_password};
use super::see_other;
use crate::domain::{EmailAddress, FieldErrors, UserId};
use crate::http::forms::{SentForm, visitor};
use crate::http::views::admin::{ResetPage, ResetStep};
use crate::http::views::page;
use crate::http::{Answer, AppError, Site};
use crate::services::Services;

/// The message about a form that was opened before another one in the same browser.
const OUTDATED: &str =
    "Nothing was done, because you opened this form again in another tab or window. Send it again.";

/// The parts that every step needs.
struct Steps<'a> {
    request: &'a HttpRequest,
    services: &'a Services,
    site: &'a Site,
}

impl Steps<'_> {
    fn show(&self, mut response: HttpResponseBuilder, step: ResetStep) -> Answer {
        let (csrf_token, cookie) = guest_token(self.request, self.site);
        response.cookie(cookie);
        page(response, &ResetPage { csrf_token, step })
    }
}

fn steps<'a>(
    request: &'a HttpRequest,
    services: &'a web::Data<Services>,
    site: &'a web::Data<Site>,
) -> Result<Steps<'a>, AppError> {
    match services.post.is_configured() {
        true => Ok(Steps { request, services, site }),
        false => Err(AppError::NotFound),
    }
}

/// `GET /admin/password_reset/`
pub(super) async fn ask(
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Answer {
    let step =
        ResetStep::Address { email: String::new(), errors: FieldErrors::new(), notice: None };
    steps(&request, &services, &site)?.show(HttpResponse::Ok(), step)
}

/// `POST /admin/password_reset/`: the response is the same whether or not an account has the address.
pub(super) async fn request(
    request: HttpRequest,
    LoginForm(SentForm { fields, is_outdated }): LoginForm,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Answer {
    let steps = steps(&request, &services, &site)?;
    let email = fields.get("email").trim().to_owned();
    let again = |errors, notice| ResetStep::Address { email: email.clone(), errors, notice };
    if is_outdated {
        return steps.show(HttpResponse::Forbidden(), again(FieldErrors::new(), Some(OUTDATED)));
    }
    let address = match EmailAddress::parse(&email) {
        Ok(address) => address,
        Err(err) => {
            let errors = FieldErrors::of("email", err);
            return steps.show(HttpResponse::UnprocessableEntity(), again(errors, None));
        }
    };
    let visitor = visitor(&request);
    match steps.services.accounts.request_reset(&address, &visitor).await? {
        None => {
            log::info!("password reset requested address={}", visitor.address());
            Ok(see_other("/admin/password_reset/done/"))
        }
        Some(wait) => {
            log::warn!("password reset throttled address={}", visitor.address());
            Err(AppError::Throttled(wait))
        }
    }
}

/// `GET /admin/password_reset/done/`
pub(super) async fn requested(
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Answer {
    steps(&request, &services, &site)?.show(HttpResponse::Ok(), ResetStep::Sent)
}

/// `GET /admin/reset/{id}/{token}/`: the link in the mail. Opening it changes nothing.
pub(super) async fn choose(
    request: HttpRequest,
    link: web::Path<(i64, String)>,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Answer {
    let steps = steps(&request, &services, &site)?;
    let (id, token) = link.into_inner();
    let found = steps.services.accounts.find_by_reset(UserId(id), &token).await?;
    let step = match found {
        Some(user) => ResetStep::Password {
            username: user.username.to_string(),
            errors: FieldErrors::new(),
            notice: None,
        },
        None => ResetStep::Invalid,
    };
    steps.show(HttpResponse::Ok(), step)
}

/// `POST /admin/reset/{id}/{token}/`
pub(super) async fn set(
    request: HttpRequest,
    link: web::Path<(i64, String)>,
    LoginForm(SentForm { fields, is_outdated }): LoginForm,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Answer {
    let steps = steps(&request, &services, &site)?;
    let (id, token) = link.into_inner();
    let accounts = &steps.services.accounts;
    let gone = || steps.show(HttpResponse::UnprocessableEntity(), ResetStep::Invalid);
    let Some(user) = accounts.find_by_reset(UserId(id), &token).await? else {
        return gone();
    };
    let again = |errors, notice| ResetStep::Password {
        username: user.username.to_string(),
        errors,
        notice,
    };
    if is_outdated {
        return steps.show(HttpResponse::Forbidden(), again(FieldErrors::new(), Some(OUTDATED)));
    }
    let about = (&user.username, &*user.email);
    let password = match new_password(&fields, NEW, about, FieldErrors::new()) {
        Ok(password) => password,
        Err(errors) => {
            return steps.show(HttpResponse::UnprocessableEntity(), again(errors, None));
        }
    };
    if !accounts.reset_by_mail(&user, password).await? {
        return gone();
    }
    log::info!("password reset user=\"{}\"", user.username);
    Ok(see_other("/admin/reset/done/"))
}

/// `GET /admin/reset/done/`
pub(super) async fn complete(
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Answer {
    steps(&request, &services, &site)?.show(HttpResponse::Ok(), ResetStep::Complete)
}
