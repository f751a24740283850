//! The forms of a page: rendered, in memory, and served.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;

use super::metrics::Source;
use super::policy::CachePolicy;
use super::{HeldPage, Level, Outcome};

/// A rendered page.
#[derive(Debug)]
pub struct Rendered {
    /// Its `Content-Type`.
    pub content_type: HeaderValue,
    /// Its body.
    pub body: Bytes,
    /// The permission to store it; without one it is not stored.
    pub policy: Option<CachePolicy>,
}

impl Rendered {
    /// The same page with the permission to store it.
    #[must_use]
    pub fn with(self, policy: CachePolicy) -> Self {
        let policy = Some(policy);
        Self { policy, ..self }
    }
}

/// A page for a client.
#[derive(Debug, Clone)]
pub struct Served {
    /// The page.
    pub page: Arc<HeldPage>,
    /// The outcome of each level, the one nearest to the database first.
    pub trail: Vec<(Level, Outcome)>,
}

/// A page of the memory tier.
#[derive(Debug)]
pub struct InMemory {
    /// The page.
    pub page: Arc<HeldPage>,
    /// How long ago its data were read.
    pub age: Duration,
    /// How long it may still be served.
    pub ttl: Duration,
    /// Whether the caller must have it computed again in the background, because it is about to expire.
    pub refresh: bool,
}

/// A miss in memory, required to look further.
#[derive(Debug, Clone, Copy)]
pub struct Missed {
    /// The number of flights that had ended before the look-up.
    pub(super) ended: u64,
    /// Whether memory has the page, invalidated before it expired.
    pub(super) invalidated: bool,
}

impl Served {
    /// Where the page came from.
    pub(super) fn source(&self) -> Source {
        Source::of(&self.trail)
    }

    /// Notes that data of the page could not be stored.
    pub(super) fn data_not_stored(&mut self) {
        for (level, outcome) in &mut self.trail {
            if let (Level::Queryset, Outcome::Miss { stored }) = (level, outcome) {
                *stored = false;
            }
        }
    }
}
