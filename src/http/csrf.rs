//! Whether a page of this site sent a request: by the token of its form, and by what the browser says.

use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;
use url::Url;

/// The name of the token in a session.
pub(super) const CSRF: &str = "csrf";

/// A token that can't be guessed.
pub(in crate::http) fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
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
    let origin = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok());
    let authority = origin.map(|url| {
        let host = url.host_str().unwrap_or_default().to_owned();
        url.port().map_or(host.clone(), |port| format!("{host}:{port}"))
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
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        is_foreign(&pairs.iter().map(pair).collect())
    }

    #[test]
    fn only_the_sites_own_pages_and_tools_without_an_origin_are_not_foreign() {
        assert!(!foreign(&[("host", "localhost:8000")]));
        assert!(!foreign(&[("host", "localhost:8000"), ("origin", "http://localhost:8000")]));
        assert!(!foreign(&[
            ("host", "a.example"),
            ("origin", "https://a.example"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(foreign(&[("host", "localhost:8000"), ("origin", "http://evil.example")]));
        assert!(foreign(&[("host", "localhost:8000"), ("origin", "http://localhost:9000")]));
        assert!(foreign(&[("host", "localhost:8000"), ("origin", "null")]));
        assert!(foreign(&[("host", "localhost:8000"), ("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[("host", "localhost:8000"), ("sec-fetch-site", "same-site")]));
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
