//! Removes empty fields from URLs. A form without scripts also sends its empty fields:
//! `?q=&location=Leith&min_price=&sort=newest`. The browser is redirected to the URL without them, which is better to
//! bookmark and share.
//!
//! Other clients get the page at once; it is the same at both URLs.

use actix_web::http::header::HeaderMap;
use percent_encoding::percent_decode_str;

use super::negotiation::Format;
use crate::domain::Sort;
use crate::services::urls::Url;

/// The query string without needless fields; `None` if no form sent it, or if it has none.
pub(super) fn cleaned(url: &Url, query: &str, headers: &HeaderMap) -> Option<String> {
    let has_empty = query.ends_with('=') || query.contains("=&") || query.contains("=+");
    if !has_empty || !url.has_form || !query.is_ascii() {
        return None;
    }
    if !is_sent_by_form(query, headers) || Format::of(query, headers) == Format::Json {
        return None;
    }
    let kept: Vec<_> = query.split('&').filter(|pair| !is_idle(pair)).collect();
    let clean = kept.join("&");
    (clean != query).then_some(clean)
}

/// Whether a form sent the query. Browsers send `Sec-Fetch-Mode` when they open a page, but not to sites without TLS;
/// then the fields of the list's form reveal it, because its order always has a value.
fn is_sent_by_form(query: &str, headers: &HeaderMap) -> bool {
    let mode = headers.get("sec-fetch-mode").map(|mode| mode.as_bytes());
    let has = |field: &str| query.split('&').any(|pair| pair.starts_with(field));
    let is_form =
        has("q=") && has("sort=") && !query.contains("sort=&") && !query.ends_with("sort=");
    mode == Some(b"navigate") || (mode.is_none() && is_form)
}

/// Whether a pair is needless: its value is blank, or the default order.
fn is_idle(pair: &str) -> bool {
    let Some((name, value)) = pair.split_once('=') else {
        return pair.is_empty();
    };
    let value = value.replace('+', " ");
    let value = percent_decode_str(&value).decode_utf8_lossy();
    value.trim().is_empty() || (name == "sort" && value == Sort::default().name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::urls::find;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(mode: Option<&'static str>) -> HeaderMap {
        let name = HeaderName::from_static("sec-fetch-mode");
        let mode = mode.map(|mode| (name, HeaderValue::from_static(mode)));
        mode.into_iter().collect()
    }

    fn cleaned_at(path: &str, query: &str, headers: &HeaderMap) -> Option<String> {
        let (url, _) = find(path).expect("a URL");
        cleaned(url, query, headers)
    }

    #[test]
    fn programs_and_addresses_without_empty_fields_are_left_alone() {
        let navigates = headers(Some("navigate"));
        for (path, query) in [
            ("/properties/", "q=sea&sort=newest"),
            ("/properties/", "q=&format=json"),
            ("/properties/7/", "q="),
            ("/admin/login/", "next="),
            ("/properties/", "utm"),
        ] {
            assert_eq!(cleaned_at(path, query, &navigates), None, "{query}");
        }
        for mode in [None, Some("cors")] {
            assert_eq!(cleaned_at("/properties/", "q=&location=x", &headers(mode)), None);
        }
        assert_eq!(cleaned_at("/properties/", "q=&sort=newest", &headers(Some("cors"))), None);
    }
}
