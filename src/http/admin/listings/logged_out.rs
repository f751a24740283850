//! The form of a listing that is sent when its session has ended: the login form carries what was typed, and after the
//! login the form is shown again. Logging in saves nothing.
//!
//! **Invariant:** only a form is carried of which the browser says that a page of this site sent it. Another site's page
//! puts no words into the form of the next user who logs in.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use super::outcome;
use super::sent::Sent;
use crate::domain::{FACTS, PropertyId};
use crate::http::Answer;
use crate::http::admin::login_form::ask_to_log_in;
use crate::http::admin::see_other;
use crate::http::csrf::is_own;
use crate::http::forms::{Body, Fields, SentForm, read};
use crate::http::staff::Staff;
use crate::http::views::admin::FormPage;

/// The most bytes of text that a login form carries: a description of 20,000 characters fits, in any script.
const MOST: usize = 96 * 1024;

/// The message above the form after the login.
const NOTICE: &str = "You were logged out before this was saved. Check it and save.";

/// The middleware of the forms' URLs: a form without a session is answered with the login form, which carries it.
pub(in crate::http::admin) async fn keep<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method() == Method::POST
        && let Ok(None) = Staff::of(request.request()).await
        && is_own(request.request())
        && let Some(sent) = received(&mut request).await
    {
        let asked = ask_to_log_in(request.request(), request.path(), sent.carried());
        return Ok(match asked {
            Ok(page) => request.into_response(page),
            Err(err) => request.error_response(err),
        });
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// The response after a login: the form that the login form carried, if the user may send it, or else a redirect.
pub(in crate::http::admin) async fn go_on(staff: &Staff, form: &Fields, next: &str) -> Answer {
    match typed(next, form.clone()) {
        Some(sent) if staff.may(sent.needs()) => {
            let form = FormPage { notice: Some(NOTICE.to_owned()), ..sent.again() };
            outcome::show(HttpResponse::Ok(), staff, form).await
        }
        _ => Ok(see_other(next)),
    }
}

/// The fields that a login form carries, to include them again.
pub(in crate::http::admin) fn carried(form: &Fields, next: &str) -> Vec<(&'static str, String)> {
    typed(next, form.clone()).map_or_else(Vec::new, |sent| sent.carried())
}

async fn received(request: &mut ServiceRequest) -> Option<Sent> {
    let Body(body) = request.extract::<Body>().await.ok()?;
    let fields = read(request.request(), &body).ok()?;
    typed(request.path(), fields)
}

/// The form of a listing among the fields that are sent to its address, or by a login that leads there.
fn typed(address: &str, fields: Fields) -> Option<Sent> {
    let sent = Sent::of(SentForm { fields, is_outdated: false }, listing_of(address)?);
    let mut required = FACTS.iter().filter(|fact| fact.is_required());
    let is_form = required.all(|fact| sent.fields.has(fact.name));
    let carried = sent.carried();
    let length: usize = carried.iter().map(|(_, text)| text.len()).sum();
    (is_form && length <= MOST).then_some(sent)
}

/// Which listing the form at an address is of, or that it adds one; `None` for other addresses.
fn listing_of(address: &str) -> Option<Option<PropertyId>> {
    let path = address.split('?').next()?;
    let name = path.strip_prefix("/admin/properties/")?;
    if name == "add/" {
        return Some(None);
    }
    let id = name.strip_suffix("/change/")?.parse().ok()?;
    Some(Some(PropertyId(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_to_the_forms_of_listings_and_to_no_other() {
        let listing = |address| listing_of(address);
        assert_eq!(listing("/admin/properties/add/"), Some(None));
        let change = Some(Some(PropertyId(7)));
        assert_eq!(listing("/admin/properties/7/change/"), change);
        assert_eq!(listing("/admin/properties/7/change/?a=b"), change);
        for other in [
            "/admin/",
            "/admin/properties/",
            "/admin/properties/7/delete/",
            "/admin/properties/x/change/",
            "/admin/properties/99999999999999999999/change/",
            "//evil.example/admin/properties/add/",
        ] {
            assert_eq!(listing(other), None, "{other}");
        }
    }
}
