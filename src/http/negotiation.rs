//! Content negotiation: HTML or JSON, and the encoding.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::form_urlencoded;

use crate::cache::{Encoding, StoredPage};
use crate::services::urls::Failures;

/// The format of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A page.
    Html,
    /// Data.
    Json,
}

impl Format {
    /// The format that `?format=json` or else the `Accept` header requests; HTML wins a tie.
    pub(super) fn of(query_string: &str, headers: &HeaderMap) -> Self {
        if query_string.is_empty() && !headers.contains_key(header::ACCEPT) {
            return Self::Html;
        }
        let asked = form_urlencoded::parse(query_string.as_bytes())
            .any(|(name, value)| name == "format" && value.eq_ignore_ascii_case("json"));
        let accept = joined(headers, header::ACCEPT);
        let json = quality(&accept, &["application/json", "application/problem+json"]);
        let html = || quality(&accept, &["text/html", "text/*", "*/*"]);
        if asked || (json > 0 && json > html()) { Self::Json } else { Self::Html }
    }

    /// The format of an error at a URL.
    pub(super) fn of_failure(failures: Failures, query_string: &str, headers: &HeaderMap) -> Self {
        match failures {
            Failures::Data => Self::Json,
            Failures::DataFirst if !joined(headers, header::ACCEPT).contains("text/html") => {
                Self::Json
            }
            Failures::DataFirst | Failures::AsAsked => Self::of(query_string, headers),
        }
    }

    /// The format's name in page keys.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
        }
    }
}

/// The encodings that a client accepts, the most preferred first, and brotli before gzip. The last one may be the
/// uncompressed body, for pages without compressed bodies (RFC 9110, section 12.5.3).
#[derive(Debug, Clone, Copy)]
pub(super) struct AcceptedEncodings([Option<Encoding>; 3]);

impl AcceptedEncodings {
    /// The encodings in a request's headers.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        match headers.contains_key(header::ACCEPT_ENCODING) {
            true => Self::in_list(&joined(headers, header::ACCEPT_ENCODING)),
            false => Self([None, None, Some(Encoding::Identity)]),
        }
    }

    fn in_list(list: &str) -> Self {
        let quality = |token: &str| {
            let exact = quality_of(list, token);
            exact.or_else(|| quality_of(list, "*"))
        };
        let [brotli, gzip] = ["br", "gzip"].map(|token| quality(token).unwrap_or(0));
        // The uncompressed body is acceptable unless the list excludes it.
        let identity = quality("identity").is_none_or(|quality| quality > 0);
        let identity = identity.then_some(Encoding::Identity);
        let brotli = (brotli > 0).then_some((brotli, Encoding::Brotli));
        let gzip = (gzip > 0).then_some((gzip, Encoding::Gzip));
        match (brotli, gzip) {
            (Some((br, _)), Some((gz, _))) if gz > br => {
                Self([Some(Encoding::Gzip), Some(Encoding::Brotli), identity])
            }
            _ => Self([brotli.map(|(_, e)| e), gzip.map(|(_, e)| e), identity]),
        }
    }

    /// The most preferred encoding.
    pub(super) fn first(self) -> Encoding {
        self.into_iter().next().unwrap_or(Encoding::Identity)
    }

    /// Whether the client accepts none of the site's encodings.
    pub(super) fn is_empty(self) -> bool {
        self.into_iter().next().is_none()
    }
}

impl IntoIterator for AcceptedEncodings {
    type Item = Encoding;
    type IntoIter = std::iter::Flatten<std::array::IntoIter<Option<Encoding>, 3>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().flatten()
    }
}

/// The most preferred encoding of a page, or 304 if the client's copy is current.
pub(super) fn representation(
    page: &StoredPage,
    headers: &HeaderMap,
    encodings: AcceptedEncodings,
) -> HttpResponse {
    let encoding = page.choose(encodings);
    let current = page.etag(encoding);
    // A copy that was compressed differently is the same page, and keeps its own validator.
    let known = || [current].into_iter().chain(page.etags(encoding));
    if headers.contains_key(header::IF_NONE_MATCH)
        && let Some(copy) = known().find(|etag| has_copy(headers, etag))
    {
        return HttpResponse::NotModified().insert_header((header::ETAG, copy.clone())).finish();
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, current.clone()));
    if let Some(token) = encoding.token() {
        response.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(token)));
    }
    response.insert_header((header::CONTENT_TYPE, page.content_type.clone()));
    response.body(page.body(encoding))
}

/// Whether a client already has this representation (RFC 9110, section 13.1.2: a weak comparison).
fn has_copy(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH);
    let tags = lists.flat_map(|list| list.as_bytes().split(|byte| *byte == b','));
    tags.map(<[u8]>::trim_ascii)
        .any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag.as_bytes())
}

/// All values of a list header; a single value, the usual case, is not copied.
pub(super) fn joined(headers: &HeaderMap, name: HeaderName) -> Cow<'_, str> {
    let mut values = headers.get_all(name).filter_map(|value| value.to_str().ok());
    let first = values.next().unwrap_or_default();
    values.fold(Cow::Borrowed(first), |list, more| format!("{list},{more}").into())
}

/// The highest quality, in thousandths, that a list assigns to one of several names (RFC 9110, section 12.4.2).
fn quality(list: &str, names: &[&str]) -> u16 {
    names.iter().filter_map(|name| quality_of(list, name)).max().unwrap_or(0)
}

fn quality_of(list: &str, name: &str) -> Option<u16> {
    list.split(',').find_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        if !parts.next()?.eq_ignore_ascii_case(name) {
            return None;
        }
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let quality = quality.map_or(1.0, |text| text.parse::<f32>().unwrap_or(0.0));
        Some((quality.clamp(0.0, 1.0) * 1000.0) as u16)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        [(name, HeaderValue::from_static(value))].into_iter().collect()
    }

    #[test]
    fn json_is_sent_to_those_who_prefer_it() {
        for (accept, want) in [
            ("application/json", Format::Json),
            ("application/json;q=0.5, text/html", Format::Html),
            ("text/html;q=0.5, application/json;q=0.9", Format::Json),
            ("*/*", Format::Html),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Format::Html),
            ("", Format::Html),
        ] {
            assert_eq!(Format::of("", &headers(header::ACCEPT, accept)), want, "{accept}");
        }
        assert_eq!(
            Format::of("page=2&format=json", &headers(header::ACCEPT, "text/html")),
            Format::Json
        );
    }

    #[test]
    fn encodings_come_in_the_order_of_the_clients_wishes() {
        use Encoding::{Brotli, Gzip, Identity};
        for (accept, want) in [
            ("gzip, deflate, br", vec![Brotli, Gzip, Identity]),
            ("br;q=0.2, gzip;q=0.8", vec![Gzip, Brotli, Identity]),
            ("br;q=0, *", vec![Gzip, Identity]),
            ("identity", vec![Identity]),
            ("", vec![Identity]),
            ("*;q=0, identity", vec![Identity]),
            ("gzip, identity;q=0", vec![Gzip]),
            ("br, *;q=0", vec![Brotli]),
            ("identity;q=0", vec![]),
            ("*;q=0", vec![]),
            ("deflate, *; q=0.000", vec![]),
            ("deflate, IDENTITY;Q=0", vec![]),
        ] {
            assert_eq!(
                AcceptedEncodings::of(&headers(header::ACCEPT_ENCODING, accept))
                    .into_iter()
                    .collect::<Vec<_>>(),
                want,
                "{accept}"
            );
        }
    }

    #[test]
    fn a_validator_matches_in_a_list_weakly_and_by_star() {
        for (header, want) in [("\"a\", W/\"b\"", true), ("*", true), ("\"c\"", false), ("", false)]
        {
            let headers = [(header::IF_NONE_MATCH, HeaderValue::from_static(header))];
            let headers: HeaderMap = headers.into_iter().collect();
            let etag = HeaderValue::from_static("\"b\"");
            assert_eq!(has_copy(&headers, &etag), want, "{header}");
        }
    }
}
