//! The results of loaders, and what callers of the cache get.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::memory::LocalStamps;
use super::page_head::Content;
use super::storing::Storing;
use super::{Outcome, Stamps, Tag, TagSet, Tagged};

/// A loaded value, and how long it may be stored.
#[derive(Debug)]
pub struct Fill<T> {
    /// The value.
    pub value: T,
    /// The lifetime before jitter; zero if the value must not be stored.
    pub ttl: Duration,
    /// When it becomes wrong without an invalidation, if ever.
    pub(super) until: Option<Instant>,
    /// The tags that it turned out to depend on, if they are fewer than the expected ones.
    pub(super) only: Option<TagSet>,
    pub(super) is_rare: bool,
}

impl<T> Fill<T> {
    /// A value that depends on every tag of its load.
    pub fn new(value: T, ttl: Duration) -> Self {
        Self { value, ttl, until: None, only: None, is_rare: false }
    }

    /// The same value, which expires at a given time at the latest, if there is one.
    #[must_use]
    pub fn until(self, until: Option<Instant>) -> Self {
        Self { until, ..self }
    }

    /// Limits the value's dependencies to these tags.
    #[must_use]
    pub fn only(self, tags: impl IntoIterator<Item = Tag>) -> Self {
        let only = Some(tags.into_iter().collect());
        Self { only, ..self }
    }

    /// The same value, stored in Redis only at its second request, because clients can invent such keys.
    #[must_use]
    pub fn rare(self) -> Self {
        Self { is_rare: true, ..self }
    }
}

/// A value, and whether it came from the cache.
#[derive(Debug, Clone)]
pub struct Cached<T> {
    /// The value with its dependencies.
    pub tagged: Tagged<T>,
    /// The outcome of the level.
    pub outcome: Outcome,
}

impl<T> Cached<T> {
    /// Waits until the value is stored, if it can be.
    pub async fn settled(mut self) -> Self {
        let storing = std::mem::take(&mut self.tagged.storing);
        if let (false, Outcome::Miss { stored }) =
            (storing.all_succeeded().await, &mut self.outcome)
        {
            *stored = false;
        }
        self
    }
}

/// A load ended before it was done.
#[derive(Debug, Clone, Copy)]
pub enum Interrupted {
    /// It took too long.
    TooLong,
    /// It panicked.
    Panicked,
}

/// An error of a load. Every request that waited for the load gets a copy.
pub trait LoadError: Clone + Send + Sync + From<Interrupted> + 'static {
    /// Whether the error only says that a server can't be reached, so that an older answer may be served.
    fn is_outage(&self) -> bool;
}

/// The lifetime, limited by the time at which the value expires at the latest, if there is one.
pub(super) fn ended(ttl: Duration, until: Option<Instant>) -> Duration {
    until.map_or(ttl, |until| ttl.min(until.saturating_duration_since(Instant::now())))
}

/// A value that was loaded just now.
pub(super) fn unkept<T>(
    value: T,
    ttl: Duration,
    stamps: Stamps,
    local: LocalStamps,
    outcome: Outcome,
) -> Cached<T> {
    let now = Instant::now();
    let (fresh_until, storing) = (now + ttl, Storing::default());
    let tagged = Tagged { value, stamps, local, fresh_until, loaded: now, storing };
    Cached { tagged, outcome }
}

/// The content to store for a value; `None` if the value must not be stored.
pub(super) fn content_of(value: &impl Serialize, ttl: Duration) -> Option<Content> {
    let json = serde_json::to_vec(value).ok().filter(|_| !ttl.is_zero())?;
    Some(Content { page: None, value: json.into(), bodies: Vec::new() })
}
