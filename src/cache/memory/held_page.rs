//! A page to answer with, from any level.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::LocalStamps;
use crate::cache::{Stamps, StoredPage};

/// A page with the time that it has left.
#[derive(Debug)]
pub struct HeldPage {
    /// The page.
    pub page: StoredPage,
    loaded: Instant,
    /// When the current level stored it: its data may be older.
    kept: Instant,
    expires: Instant,
    pub(in crate::cache) stamps: LocalStamps,
    refreshing: AtomicBool,
    unstored: Option<Arc<Unstored>>,
}

/// How to store a page in Redis that only memory has, when it is requested again.
#[derive(Debug)]
struct Unstored {
    stamps: Stamps,
    until: Instant,
    taken: AtomicBool,
}

/// In the last 1/n of a lifetime, a request has the page computed again in the background; this is n.
const REFRESH_SHARE: u32 = 10;
/// What a page takes in memory besides its bodies, in bytes: headers, stamps, and the tier's overhead.
const OVERHEAD: usize = 1024;

impl HeldPage {
    /// A page whose data were loaded `age` ago, and of whose `lifetime` this much is `left`.
    pub(in crate::cache) fn new(
        page: StoredPage,
        age: Duration,
        left: Duration,
        lifetime: Duration,
        stamps: LocalStamps,
    ) -> Self {
        let now = Instant::now();
        let kept = now.checked_sub(lifetime.saturating_sub(left));
        Self {
            page,
            loaded: now.checked_sub(age).unwrap_or(now),
            kept: kept.unwrap_or(now),
            expires: now + left,
            stamps,
            refreshing: AtomicBool::new(false),
            unstored: None,
        }
    }

    /// The same page, which is to be stored in Redis under these generations if it is requested again within a time.
    #[must_use]
    pub(in crate::cache) fn unstored(self, stamps: Stamps, within: Duration) -> Self {
        let (until, taken) = (Instant::now() + within, AtomicBool::new(false));
        Self { unstored: Some(Arc::new(Unstored { stamps, until, taken })), ..self }
    }

    /// The generations that the page is to be stored under now. Returns them only once.
    pub(in crate::cache) fn take_unstored(&self, now: Instant) -> Option<Stamps> {
        let unstored = self.unstored.as_ref().filter(|unstored| now < unstored.until)?;
        let is_taken = unstored.taken.swap(true, Ordering::Relaxed);
        (!is_taken).then(|| unstored.stamps.clone())
    }

    /// How long ago its data were read.
    pub fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.loaded)
    }

    /// How long it may still be served.
    pub fn ttl(&self, now: Instant) -> Duration {
        self.expires.saturating_duration_since(now)
    }

    /// How long it is kept in all.
    pub(in crate::cache) fn lifetime(&self) -> Duration {
        self.expires.saturating_duration_since(self.kept)
    }

    /// Whether it has neither expired nor been invalidated in this process.
    pub(in crate::cache) fn is_fresh(&self, now: Instant) -> bool {
        now < self.expires && self.stamps.are_current()
    }

    /// How long ago it expired; zero if it has not.
    pub(super) fn expired_since(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.expires)
    }

    /// Whether it is about to expire.
    pub(in crate::cache) fn ends_soon(&self, now: Instant) -> bool {
        self.ttl(now) < self.lifetime() / REFRESH_SHARE
    }

    /// Whether the page is about to expire. True only once: the caller then has the page computed again.
    pub(in crate::cache) fn wants_refresh(&self, now: Instant) -> bool {
        self.ends_soon(now) && !self.refreshing.swap(true, Ordering::Relaxed)
    }

    /// The same page with better compressed bodies, if it has any that were compressed fast.
    pub(in crate::cache) fn improved(&self) -> Option<Self> {
        Some(Self {
            page: self.page.improved()?,
            stamps: self.stamps.clone(),
            unstored: self.unstored.clone(),
            refreshing: AtomicBool::new(self.refreshing.load(Ordering::Relaxed)),
            ..*self
        })
    }

    /// The memory that it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.page.weight() + OVERHEAD
    }
}
