//! Checks whether a page of this site sent a request: with the form's token and the browser's headers.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;
use url::Url;

use super::Site;

/// The name of the token in a session.
pub(super) const CSRF: &str = "csrf";

/// A token that can't be guessed.
pub(in crate::http) fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Whether two tokens are equal, compared in constant time.
pub(in crate::http) fn tokens_match(expected: &str, sent: &str) -> bool {
    !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(sent.as_bytes()))
}

/// Whether the browser's headers say that a page of this site made the request. Programs send no such headers.
pub(in crate::http) fn is_own(request: &HttpRequest) -> bool {
    Sender::of(request) == Sender::Own
}

/// Whether the browser's headers say that another site's page made the request.
pub(in crate::http) fn is_foreign(request: &HttpRequest) -> bool {
    Sender::of(request) == Sender::Foreign
}

/// Explains why a form of this site may seem to be another site's: a proxy sends another host name than the browser.
pub(in crate::http) fn mismatch(request: &HttpRequest) -> Option<String> {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let (origin, host) = (text("origin")?, text("host").unwrap_or_default());
    let fetched = text("sec-fetch-site");
    let says_own = fetched.is_none_or(|site| site == "same-origin");
    (says_own && is_foreign(request)).then(|| {
        format!(
            "The browser sent the form for {origin}, but this site received it with “Host: {host}”. If the site is \
            behind a proxy, set SITE_URL to {origin}, or configure the proxy to pass the Host header on."
        )
    })
}

/// The sender of a request, according to the browser's headers.
#[derive(Debug, PartialEq, Eq)]
enum Sender {
    Own,
    Foreign,
    Unknown,
}

impl Sender {
    fn of(request: &HttpRequest) -> Self {
        let site = request.app_data::<web::Data<Site>>();
        Self::stated(request.headers(), site.map_or("", |site| &site.url))
    }

    fn stated(headers: &HeaderMap, site_url: &str) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let fetched = text("sec-fetch-site");
        if fetched.is_some_and(|site| site != "same-origin" && site != "none") {
            return Self::Foreign;
        }
        // The usual case, which needs no parsing: equal texts have equal origins.
        if text("origin").is_some_and(|origin| !origin.is_empty() && origin == site_url) {
            return Self::Own;
        }
        match headers
            .get("origin")
            .map(|origin| origin.to_str().ok().and_then(|it| Url::parse(it).ok()))
        {
            Some(Some(origin)) if is_of(&origin, site_url, text("host")) => Self::Own,
            Some(_) => Self::Foreign,
            None if fetched == Some("same-origin") => Self::Own,
            None => Self::Unknown,
        }
    }
}

/// Whether an origin is the site's: that of `SITE_URL`, or that of the `Host` header, whose scheme only a proxy knows.
fn is_of(origin: &Url, site_url: &str, host: Option<&str>) -> bool {
    let of_site = Url::parse(site_url).is_ok_and(|site| site.origin() == origin.origin());
    let name = origin.host_str().unwrap_or_default();
    let authority = origin.port().map_or(name.to_owned(), |port| format!("{name}:{port}"));
    let host = host.map(|host| host.trim_end_matches(":80").trim_end_matches(":443"));
    of_site || host == Some(&authority)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn foreign(pairs: &[(&'static str, &'static str)]) -> bool {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        Sender::stated(&pairs.iter().map(pair).collect(), "https://homes.example")
            == Sender::Foreign
    }

    #[test]
    fn the_origin_of_the_sites_url_is_its_own_whatever_the_proxy_calls_it() {
        for host in ["127.0.0.1:8000", "homes.example", "homes.example:443", "upstream"] {
            assert!(!foreign(&[("host", host), ("origin", "https://homes.example")]), "{host}");
        }
        for origin in
            ["http://homes.example", "https://homes.example:8443", "https://a.homes.example"]
        {
            assert!(foreign(&[("host", "upstream"), ("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn only_what_a_browser_says_to_be_this_sites_is_shown_again() {
        let own = |pairs: &[(&'static str, &'static str)]| {
            let pairs = [&[("host", "homes.example")], pairs].concat();
            let pair = |(name, value)| {
                let value = HeaderValue::from_static(value);
                (HeaderName::from_static(name), value)
            };
            Sender::stated(&pairs.into_iter().map(pair).collect(), "") == Sender::Own
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
