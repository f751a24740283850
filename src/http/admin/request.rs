//! Posted forms: read with a limit, and refused unless the site's own page sent them.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_session::SessionExt as _;
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{Error, FromRequest, HttpRequest, web};
use subtle::ConstantTimeEq as _;
use url::{Url, form_urlencoded};

use super::staff::CSRF;
use crate::http::AppError;
use crate::services::Visitor;

/// What the client is told when the check fails and no form can be shown again.
pub(super) const REFUSAL: &str = "Nothing was done, because the form’s security token is missing or belongs to \
an earlier login. This happens if you log in again in another tab or window. Open the page again and repeat the \
action.";

/// The fields of a posted form whose CSRF token is right.
#[derive(Debug)]
pub(in crate::http) struct CheckedForm(pub(in crate::http) Fields);

/// A posted form that can be shown again with what was typed if its CSRF token is wrong.
///
/// **Invariant:** only a form that a page of this site sent, as the browser says, is shown again. Another site’s page puts no words
/// into a form that has a token.
#[derive(Debug)]
pub(in crate::http) enum SentForm {
    /// The token is right.
    Checked(Fields),
    /// A page of this site sent it with another token: usually the one of an earlier login. Nothing is done.
    Outdated(Fields),
}

impl SentForm {
    /// The fields, and whether the token is of an earlier login.
    pub(in crate::http) fn into_parts(self) -> (Fields, bool) {
        match self {
            Self::Checked(fields) => (fields, false),
            Self::Outdated(fields) => (fields, true),
        }
    }
}

/// Fields of a form, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Parses an urlencoded body.
    pub(in crate::http) fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The last value of a field; empty when it is absent.
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
        self.0
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

/// From where a request comes, and with what. A header such as `X-Forwarded-For` is not believed: anybody can send one.
pub(in crate::http) fn visitor(request: &HttpRequest) -> Visitor {
    let user_agent = request.headers().get(header::USER_AGENT);
    let user_agent = user_agent.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let address = request.peer_addr().map(|address| address.ip());
    Visitor::new(address, &user_agent.unwrap_or_default())
}

impl FromRequest for CheckedForm {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let sent = SentForm::from_request(request, payload);
        Box::pin(async move {
            match sent.await? {
                SentForm::Checked(fields) => Ok(Self(fields)),
                SentForm::Outdated(_) => Err(AppError::Forbidden(REFUSAL).into()),
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

/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// A request's body, of limited length and taking limited time.
pub(in crate::http) struct Body(pub(in crate::http) web::Bytes);

impl FromRequest for Body {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let body = tokio::time::timeout(BODY_TIMEOUT, body).await;
            Ok(Self(body.map_err(|_| AppError::TooSlow)??))
        })
    }
}

/// Reads an urlencoded body.
pub(in crate::http) fn read(request: &HttpRequest, body: &[u8]) -> Result<Fields, AppError> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    match content_type.starts_with("application/x-www-form-urlencoded") || body.is_empty() {
        true => Ok(Fields::parse(body)),
        false => Err(AppError::BadRequest(
            "Send the form as application/x-www-form-urlencoded.".to_owned(),
        )),
    }
}

/// A form, compared with the token which is known of its sender.
///
/// # Errors
/// [`AppError::Forbidden`] for a form of another site, and for one with a wrong token that may be of another site.
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
            true if !is_foreign(request.headers()) => Ok(SentForm::Checked(fields)),
            false if is_own(request.headers()) => Ok(SentForm::Outdated(fields)),
            _ => Err(AppError::Forbidden(REFUSAL).into()),
        }
    }
}

/// Whether two tokens are equal, in a time that does not tell where they differ.
pub(in crate::http) fn tokens_match(expected: &str, sent: &str) -> bool {
    !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(sent.as_bytes()))
}

/// Whether the browser says that a page of this site made the request. Programs, which say nothing, keep what they send.
pub(in crate::http) fn is_own(headers: &HeaderMap) -> bool {
    let same_origin = headers.get("sec-fetch-site");
    let same_origin = same_origin.is_some_and(|site| site == "same-origin");
    (same_origin || headers.contains_key("origin")) && !is_foreign(headers)
}

/// Whether the browser says that another site's page made the request.
pub(in crate::http) fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none") {
        return true;
    }
    let Some(origin) = headers.get("origin") else {
        return false;
    };
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| Url::parse(origin).ok());
    let authority = origin.map(|url| {
        let host = url.host_str().unwrap_or_default().to_owned();
        url.port()
            .map_or(host.clone(), |port| format!("{host}:{port}"))
    });
    let host = text("host").map(|host| host.trim_end_matches(":80").trim_end_matches(":443"));
    authority.as_deref() != host
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn foreign(pairs: &[(&'static str, &'static str)]) -> bool {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        is_foreign(&pairs.iter().map(pair).collect())
    }

    #[test]
    fn only_the_sites_own_pages_and_tools_without_an_origin_are_not_foreign() {
        assert!(!foreign(&[("host", "localhost:8000")]));
        assert!(!foreign(&[
            ("host", "localhost:8000"),
            ("origin", "http://localhost:8000")
        ]));
        assert!(!foreign(&[
            ("host", "a.example"),
            ("origin", "https://a.example"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(foreign(&[
            ("host", "localhost:8000"),
            ("origin", "http://evil.example")
        ]));
        assert!(foreign(&[
            ("host", "localhost:8000"),
            ("origin", "http://localhost:9000")
        ]));
        assert!(foreign(&[("host", "localhost:8000"), ("origin", "null")]));
        assert!(foreign(&[
            ("host", "localhost:8000"),
            ("sec-fetch-site", "cross-site")
        ]));
        assert!(foreign(&[
            ("host", "localhost:8000"),
            ("sec-fetch-site", "same-site")
        ]));
    }

    #[test]
    fn only_what_a_browser_says_to_be_this_sites_is_shown_again() {
        let own = |pairs: &[(&'static str, &'static str)]| {
            let pairs = [&[("host", "homes.example")], pairs].concat();
            let pair = |(name, value)| {
                let value = HeaderValue::from_static(value);
                (HeaderName::from_static(name), value)
            };
            is_own(&pairs.into_iter().map(pair).collect())
        };
        assert!(own(&[("origin", "https://homes.example")]));
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(!own(&[]));
        assert!(!own(&[("origin", "https://evil.example")]));
        assert!(!own(&[("origin", "null")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("sec-fetch-site", "none")]));
        let evil = ("origin", "https://evil.example");
        assert!(!own(&[evil, ("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn an_empty_token_matches_nothing() {
        assert!(!tokens_match("", ""));
        assert!(tokens_match("abc", "abc"));
        assert!(!tokens_match("abc", "abd"));
    }
}
