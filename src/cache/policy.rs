//! Decides what may be stored.
//!
//! A page is stored only when **all** of this holds:
//! - its handler attached a [`CachePolicy`];
//! - the stamps of everything that it shows are known, and none of its parts has expired;
//! - the request was `GET` or `HEAD`, without `Authorization` (cookies are withheld from public pages, so no page
//!   can depend on one);
//! - it is [`Rendered`](super::Rendered): a body with its type, whose status is `200` and which has no header that
//!   could set a cookie or say `private`; errors are never stored;
//! - its body is complete and no longer than [`MAX_BODY_BYTES`].

use std::time::Instant;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};

use super::memory::LocalStamps;
use super::storing::Storing;
use super::{Cached, Stamps, Tagged};
pub use super::{Level, Outcome};

/// The longest body that is stored: 1 MiB.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A handler's permission to store its response, with what the response depends on.
#[derive(Debug, Clone)]
pub struct CachePolicy {
    /// The generations that its data were loaded under.
    pub stamps: Stamps,
    /// The same generations within this process.
    pub(super) local: LocalStamps,
    /// When the first of its data expires.
    pub fresh_until: Instant,
    /// When the first of its data was loaded: `Age` counts from here.
    pub loaded: Instant,
    /// The outcomes of the levels behind the page, for `Cache-Status`.
    pub trail: Vec<(Level, Outcome)>,
    /// The stores of its data that may be in progress.
    pub(super) storing: Storing,
}

impl CachePolicy {
    /// The policy of a response that is made of a value from a level.
    pub fn of<T>(cached: &Cached<T>, level: Level) -> Self {
        let Cached { tagged, outcome } = cached;
        let Tagged { stamps, local, fresh_until, loaded, storing, .. } = tagged;
        Self {
            stamps: stamps.clone(),
            local: local.clone(),
            fresh_until: *fresh_until,
            loaded: *loaded,
            trail: vec![(level, *outcome)],
            storing: storing.clone(),
        }
    }
}

/// Whether the cache may answer a request and store the answer.
pub fn is_cacheable_request(method: &Method, headers: &HeaderMap) -> bool {
    (method == Method::GET || method == Method::HEAD)
        && !headers.contains_key(header::AUTHORIZATION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_reads_without_credentials_are_answered_from_the_cache() {
        assert!(is_cacheable_request(&Method::GET, &headers(&[])));
        assert!(is_cacheable_request(&Method::HEAD, &headers(&[])));
        assert!(!is_cacheable_request(&Method::POST, &headers(&[])));
        assert!(!is_cacheable_request(&Method::GET, &headers(&[("authorization", "Bearer x")])));
    }
}
