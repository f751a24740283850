//! Posted forms: read with limits, and refused unless a page of this site sent them.

use std::future::Future;
use std::pin::Pin;

use actix_session::SessionExt as _;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{Error, FromRequest, HttpRequest, web};
use url::form_urlencoded;

use super::client_address::client_address;
use super::csrf::{CSRF, is_foreign, is_own, mismatch, tokens_match};
use super::{AppError, Site};
use crate::config::Patience;
use crate::services::Visitor;

/// The message if the check fails and no form can be shown again.
pub(super) const REFUSAL: &str = "Nothing was done, because the form’s security token is missing or belongs to \
an earlier login. This happens if you log in again in another tab or window. Open the page again and repeat the \
action.";

/// The fields of a posted form with a valid CSRF token.
#[derive(Debug)]
pub(in crate::http) struct CheckedForm(pub(in crate::http) Fields);

/// A posted form that can be shown again with its content if its CSRF token is wrong.
///
/// **Invariant:** only a form that a page of this site sent, according to the browser, is shown again. So another
/// site's page can't put text into a form with a valid token.
#[derive(Debug)]
pub(in crate::http) struct SentForm {
    pub(in crate::http) fields: Fields,
    /// Whether the token is wrong, usually from an earlier login. Then nothing is done.
    pub(in crate::http) is_outdated: bool,
}

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Parses an urlencoded body.
    pub(in crate::http) fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// Fields that were read in another way.
    pub(in crate::http) fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The last value of a field; empty if it is absent.
    pub(in crate::http) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().rev().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value)
    }

    /// Whether a field was sent.
    pub(in crate::http) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// The name of each field.
    pub(in crate::http) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Every value of a field.
    pub(in crate::http) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// The client's address and `User-Agent`.
pub(in crate::http) fn visitor(request: &HttpRequest) -> Visitor {
    let user_agent = request.headers().get(header::USER_AGENT);
    let user_agent = user_agent.map(|value| String::from_utf8_lossy(value.as_bytes()));
    Visitor::new(client_address(request), &user_agent.unwrap_or_default())
}

impl FromRequest for CheckedForm {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let sent = SentForm::from_request(request, payload);
        Box::pin(async move {
            match sent.await? {
                SentForm { fields, is_outdated: false } => Ok(Self(fields)),
                SentForm { .. } => Err(AppError::Forbidden(REFUSAL).into()),
            }
        })
    }
}

impl FromRequest for SentForm {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let token = |request: &HttpRequest| Ok(request.get_session().get(CSRF)?);
        Box::pin(sent_form(request, payload, token))
    }
}

/// A request's body, of limited length and taking limited time.
pub(in crate::http) struct Body(pub(in crate::http) web::Bytes);

impl FromRequest for Body {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Bytes::from_request(request, payload);
        let site = request.app_data::<web::Data<Site>>();
        let limit = site.map_or(Patience::USUAL, |site| site.patience).body;
        Box::pin(async move {
            let body = tokio::time::timeout(limit, body).await;
            Ok(Self(body.map_err(|_| AppError::TooSlow)??))
        })
    }
}

/// Reads an urlencoded body.
pub(in crate::http) fn read(request: &HttpRequest, body: &[u8]) -> Result<Fields, AppError> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("");
    match content_type.starts_with("application/x-www-form-urlencoded") || body.is_empty() {
        true => Ok(Fields::parse(body)),
        false => Err(AppError::BadRequest(
            "Send the form as application/x-www-form-urlencoded.".to_owned(),
        )),
    }
}

/// The error for a form that may not come from a page of this site.
pub(in crate::http) fn refused(request: &HttpRequest) -> AppError {
    mismatch(request).map_or(AppError::Forbidden(REFUSAL), AppError::ForeignOrigin)
}

/// Compares a form's token with the sender's.
///
/// # Errors
/// [`AppError::Forbidden`] for a form of another site, and for one with a wrong token that may come from another site.
pub(super) fn sent_form(
    request: &HttpRequest,
    payload: &mut Payload,
    token: fn(&HttpRequest) -> Result<Option<String>, AppError>,
) -> impl Future<Output = Result<SentForm, Error>> + use<> {
    let request = request.clone();
    let body = Body::from_request(&request, payload);
    async move {
        let Body(body) = body.await?;
        let token = token(&request)?;
        let fields = read(&request, &body)?;
        let right = token.is_some_and(|token| tokens_match(&token, fields.get("csrf_token")));
        match right {
            true if !is_foreign(&request) => Ok(SentForm { fields, is_outdated: false }),
            false if is_own(&request) => Ok(SentForm { fields, is_outdated: true }),
            _ => Err(refused(&request).into()),
        }
    }
}
