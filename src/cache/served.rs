//! A page on its way: as it was rendered, as memory holds it, and as it is served.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;

use super::metrics::Source;
use super::policy::CachePolicy;
use super::{HeldPage, Level, Outcome};

/// A page as it was rendered.
#[derive(Debug)]
pub struct Rendered {
    /// Its `Content-Type`.
    pub content_type: HeaderValue,
    /// Its body.
    pub body: Bytes,
    /// Leave to keep it; without one it is not kept.
    pub policy: Option<CachePolicy>,
}

impl Rendered {
    /// The same page with leave to keep it.
    #[must_use]
    pub fn with(self, policy: CachePolicy) -> Self {
        let policy = Some(policy);
        Self { policy, ..self }
    }
}

/// A page for a reader.
#[derive(Debug, Clone)]
pub struct Served {
    /// The page.
    pub page: Arc<HeldPage>,
    /// How each level took part, the one nearest to the database first.
    pub trail: Vec<(Level, Outcome)>,
}

/// A page of the memory tier.
#[derive(Debug)]
pub struct InMemory {
    /// The page.
    pub page: Arc<HeldPage>,
    /// How long ago its data were read.
    pub age: Duration,
    /// How long it may still be kept.
    pub ttl: Duration,
    /// Whether the caller is to have it computed anew in the background, because it is about to expire.
    pub refresh: bool,
}

/// Says that memory was looked up and had no page.
#[derive(Debug, Clone, Copy)]
pub struct Missed(pub(super) u64);

impl Served {
    /// Where the page came from.
    pub(super) fn source(&self) -> Source {
        Source::of(&self.trail)
    }

    /// Notes that data of the page could not be stored after all.
    pub(super) fn data_not_stored(&mut self) {
        for (level, outcome) in &mut self.trail {
            if let (Level::Queryset, Outcome::Miss { stored }) = (level, outcome) {
                *stored = false;
            }
        }
    }
}
