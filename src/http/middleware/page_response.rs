//! Answers a request from a stored page: its best encoding, or only the news that the client's copy is still right.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::cache::policy::{Level, Outcome};
use crate::http::negotiation::{accepted_encodings, joined};
use crate::services::{Encoding, StoredPage};

/// What a client said of the copies that it can use.
pub(super) struct Client {
    encodings: Vec<Encoding>,
    if_none_match: String,
}

impl Client {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self {
            encodings: accepted_encodings(headers),
            if_none_match: joined(headers, header::IF_NONE_MATCH),
        }
    }

    /// Whether the client has this representation already (RFC 9110, section 13.1.2: a weak comparison).
    fn has(&self, etag: &str) -> bool {
        let mut tags = self.if_none_match.split(',').map(str::trim);
        tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    }
}

/// The answer with a page, or 304.
pub(super) fn answer(
    page: &StoredPage,
    client: &Client,
    age: Duration,
    cache_status: &str,
) -> HttpResponse {
    let encoding = page.choose(client.encodings.iter().copied());
    let etag = page.etag(encoding);
    let not_modified = client.has(&etag);
    let status = if not_modified {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CACHE_CONTROL, "public, no-cache"))
        .insert_header((header::VARY, "Accept, Accept-Encoding"))
        .insert_header((header::ETAG, etag))
        .insert_header((header::AGE, age.as_secs()))
        .insert_header((HeaderName::from_static("cache-status"), cache_status));
    if not_modified {
        return response.finish();
    }
    if let Some(token) = encoding.token() {
        response.insert_header((header::CONTENT_ENCODING, token));
    }
    response
        .content_type(page.content_type.as_str())
        .body(page.body(encoding).clone())
}

/// A level's member of `Cache-Status` (RFC 9211). An entry that was invalidated is no entry: `uri-miss`.
pub(super) fn member(level: Level, outcome: Outcome) -> String {
    let name = level.name();
    match outcome {
        Outcome::Hit(ttl) => format!("{name}; hit; ttl={}", ttl.as_secs()),
        Outcome::Miss { stored: true } => format!("{name}; fwd=uri-miss; stored"),
        Outcome::Miss { stored: false } => format!("{name}; fwd=uri-miss"),
        Outcome::Bypass => format!("{name}; fwd=bypass"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn a_hit_and_a_forward_are_never_said_together() {
        let hit = member(Level::PageRedis, Outcome::Hit(Duration::from_secs(712)));
        assert_eq!(hit, "page-redis; hit; ttl=712");
        assert_eq!(
            member(Level::PageRedis, Outcome::Miss { stored: true }),
            "page-redis; fwd=uri-miss; stored"
        );
        assert_eq!(
            member(Level::Queryset, Outcome::Bypass),
            "queryset; fwd=bypass"
        );
    }

    #[test]
    fn a_validator_matches_in_a_list_weakly_and_by_star() {
        for (header, want) in [
            ("\"a\", W/\"b\"", true),
            ("*", true),
            ("\"c\"", false),
            ("", false),
        ] {
            let headers = [(header::IF_NONE_MATCH, HeaderValue::from_static(header))];
            let client = Client::of(&headers.into_iter().collect());
            assert_eq!(client.has("\"b\""), want, "{header}");
        }
    }
}
