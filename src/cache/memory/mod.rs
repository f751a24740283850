//! The memory tier: rendered pages in this process, and the generations that invalidate them.
//!
//! A hit needs no network and no rendering; a body is compressed only when its encoding is first requested. The tier
//! answers only while it is *armed*: for a short lease, which the follower of the event log extends whenever it has
//! applied everything. In a process that was frozen, or that does not hear of events, the lease ends by the clock.
//!
//! **Invariant:** an entry is served only if none of its tags was invalidated in this process since before its data
//! were read from anywhere.

mod applied;
mod generations;
mod held_page;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::lease::Lease;
use super::{CacheKey, EventMark, Tag, TagSet};

pub(super) use generations::{Invalidated, LocalGenerations, LocalStamps};
pub use held_page::HeldPage;

/// How long after its expiry a page may be served while the database can't be reached.
pub(super) const GRACE: Duration = Duration::from_secs(3600);

/// Pages in this process.
pub(super) struct MemoryTier {
    /// `None` when the tier is turned off.
    pages: Option<moka::sync::Cache<CacheKey, Arc<HeldPage>, foldhash::fast::RandomState>>,
    pub(super) generations: LocalGenerations,
    applied: applied::Applied,
    lease: Arc<Lease>,
}

impl MemoryTier {
    /// A tier of at most `bytes`; 0 turns it off.
    pub(super) fn new(bytes: u64, lease: Arc<Lease>) -> Self {
        let weigh = |key: &CacheKey, page: &Arc<HeldPage>| {
            u32::try_from(key.as_str().len() + page.weight()).unwrap_or(u32::MAX)
        };
        let pages = (bytes > 0).then(|| {
            moka::sync::Cache::builder()
                .max_capacity(bytes)
                .weigher(weigh)
                .build_with_hasher(foldhash::fast::RandomState::default())
        });
        Self {
            pages,
            generations: LocalGenerations::default(),
            applied: applied::Applied::default(),
            lease,
        }
    }

    /// The maximum size in bytes; 0 if it is turned off.
    pub(super) fn limit(&self) -> u64 {
        let policy = self.pages.as_ref().map(moka::sync::Cache::policy);
        policy.and_then(|policy| policy.max_capacity()).unwrap_or(0)
    }

    /// Whether the tier is turned on.
    pub(super) fn is_enabled(&self) -> bool {
        self.pages.is_some()
    }

    /// A page that is valid, as far as this process can know.
    ///
    /// # Errors
    /// Whether it has the page, invalidated before it expired.
    pub(super) fn find(&self, key: &CacheKey, now: Instant) -> Result<Arc<HeldPage>, bool> {
        let page = self.held(key).ok_or(false)?;
        match self.lease.is_armed(now) && page.is_fresh(now) {
            true => Ok(page),
            false => Err(!page.ttl(now).is_zero() && !page.stamps.are_current()),
        }
    }

    /// A page that was valid until it expired or until the tier was disarmed, and how long ago that was.
    pub(super) fn find_stale(&self, key: &CacheKey) -> Option<(Arc<HeldPage>, Duration)> {
        let now = Instant::now();
        let page = self.pages.as_ref()?.get(key)?;
        let expired = page.expired_since(now);
        let since = expired.max(self.lease.disarmed_for(now));
        (page.stamps.are_current() && since <= GRACE).then_some((page, since))
    }

    /// Stores a page.
    pub(super) fn insert(&self, key: &CacheKey, page: &Arc<HeldPage>) -> bool {
        let Some(pages) = self.pages.as_ref().filter(|_| page.stamps.are_current()) else {
            return false;
        };
        pages.insert(key.clone(), page.clone());
        true
    }

    /// Replaces a page with an equal one, unless another has replaced it already.
    pub(super) fn replace(&self, key: &CacheKey, old: &Arc<HeldPage>, page: HeldPage) -> bool {
        let is_held = self.held(key).is_some_and(|held| Arc::ptr_eq(&held, old));
        is_held && self.insert(key, &Arc::new(page))
    }

    /// Notes that this process has applied an event.
    pub(super) fn mark_applied(&self, event: &EventMark) {
        if self.is_enabled() {
            self.applied.mark(event);
        }
    }

    /// Whether this process has applied an event, as far as it remembers.
    pub(super) fn has_applied(&self, event: &EventMark) -> bool {
        self.applied.has(event)
    }

    /// Forgets the events that were applied before the previous reading of the log.
    pub(super) fn forget_older_marks(&self) {
        self.applied.forget_older();
    }

    /// Invalidates every page, because events may have been missed.
    pub(super) fn void_all(&self) -> Invalidated {
        let invalidated = self.generations.invalidate([&Tag::site()]);
        self.applied.clear();
        invalidated
    }

    /// Removes every page.
    pub(super) fn clear(&self) {
        if let Some(pages) = &self.pages {
            pages.invalidate_all();
        }
    }

    /// Sets, gets, expires and deletes a page under a key of its own; says for each step whether it worked.
    pub(super) fn probe(&self, key: &CacheKey, page: HeldPage, expired: HeldPage) -> [bool; 4] {
        let Some(pages) = &self.pages else {
            return [false; 4];
        };
        let now = Instant::now();
        let fresh = || pages.get(key).is_some_and(|page| page.is_fresh(now));
        pages.insert(key.clone(), Arc::new(page));
        let set = pages.contains_key(key);
        let got = fresh();
        pages.insert(key.clone(), Arc::new(expired));
        let has_expired = !fresh();
        pages.invalidate(key);
        [set, got, has_expired, !pages.contains_key(key)]
    }

    /// The number of pages that this invalidation made invalid. It looks at every page, so no request waits for it.
    pub(super) fn count_fallen(&self, invalidated: &Invalidated) -> u64 {
        let now = Instant::now();
        self.count(|page| page.stamps.fell_with(invalidated) && !page.ttl(now).is_zero())
    }

    /// The number of valid pages that carry one of the tags. It looks at every page.
    pub(super) fn count_carriers(&self, tags: &TagSet) -> u64 {
        let now = Instant::now();
        self.count(|page| page.is_fresh(now) && page.stamps.carries_any(tags))
    }

    fn count(&self, counts: impl Fn(&HeldPage) -> bool) -> u64 {
        let pages = self.pages.iter().flat_map(|pages| pages.iter());
        pages.filter(|(_, page)| counts(page)).count() as u64
    }

    /// A page as it is stored, valid or not.
    pub(super) fn held(&self, key: &CacheKey) -> Option<Arc<HeldPage>> {
        self.pages.as_ref()?.get(key)
    }

    /// The number of pages, and their bytes.
    pub(super) fn size(&self) -> (u64, u64) {
        self.pages.as_ref().map_or((0, 0), |pages| {
            pages.run_pending_tasks();
            (pages.entry_count(), pages.weighted_size())
        })
    }
}
