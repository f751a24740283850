//! The memory tier: pages of this process, ready to be sent, and the generations that make them void.
//!
//! A hit costs no network and no rendering, and compression only when an encoding is requested for the first time. The
//! tier answers only while it is *armed*: for a short lease, which the reader of the event log extends each time that it
//! has applied everything. A process that was frozen, or that does not hear of events, is disarmed by the clock alone.
//!
//! **Invariant:** an entry answers only if nothing of it was invalidated in this process since before its data were
//! read from anywhere.

mod applied;
mod generations;
mod held_page;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::lease::Lease;
use super::{CacheKey, EventMark, Tag, TagSet};

pub(super) use generations::{LocalGenerations, LocalStamps, Struck};
pub use held_page::HeldPage;

/// How long an expired page may still stand in while the database is out of reach.
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
    /// A tier of so many bytes; 0 turns it off.
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

    /// The most bytes that it may hold; 0 where it is turned off.
    pub(super) fn limit(&self) -> u64 {
        let policy = self.pages.as_ref().map(moka::sync::Cache::policy);
        policy.and_then(|policy| policy.max_capacity()).unwrap_or(0)
    }

    /// Whether there is a tier at all.
    pub(super) fn is_enabled(&self) -> bool {
        self.pages.is_some()
    }

    /// A page that is right, as far as this process can know.
    pub(super) fn find(&self, key: &CacheKey, now: Instant) -> Option<Arc<HeldPage>> {
        let pages = self.pages.as_ref().filter(|_| self.lease.is_armed(now))?;
        pages.get(key).filter(|page| page.is_fresh(now))
    }

    /// A page that was right until it expired or until the tier was disarmed, with how long ago that was.
    pub(super) fn find_stale(&self, key: &CacheKey) -> Option<(Arc<HeldPage>, Duration)> {
        let now = Instant::now();
        let page = self.pages.as_ref()?.get(key)?;
        let expired = page.expired_since(now);
        let since = expired.max(self.lease.disarmed_for(now));
        (page.stamps.are_current() && since <= GRACE).then_some((page, since))
    }

    /// Whether it holds a page that was invalidated before it expired.
    pub(super) fn has_invalidated(&self, key: &CacheKey, now: Instant) -> bool {
        let page = self.pages.as_ref().and_then(|pages| pages.get(key));
        page.is_some_and(|page| !page.ttl(now).is_zero() && !page.stamps.are_current())
    }

    /// Keeps a page.
    pub(super) fn insert(&self, key: &CacheKey, page: &Arc<HeldPage>) -> bool {
        let Some(pages) = self.pages.as_ref().filter(|_| page.stamps.are_current()) else {
            return false;
        };
        pages.insert(key.clone(), page.clone());
        true
    }

    /// Keeps a page in place of an equal one, unless that was replaced already.
    pub(super) fn replace(&self, key: &CacheKey, old: &Arc<HeldPage>, page: HeldPage) -> bool {
        let is_held = self.held(key).is_some_and(|held| Arc::ptr_eq(&held, old));
        is_held && self.insert(key, &Arc::new(page))
    }

    /// Notes that an event is applied here.
    pub(super) fn mark_applied(&self, event: &EventMark) {
        if self.is_enabled() {
            self.applied.mark(event);
        }
    }

    /// Whether an event is applied here, as far as that is remembered.
    pub(super) fn has_applied(&self, event: &EventMark) -> bool {
        self.applied.has(event)
    }

    /// Forgets the events that were applied before the reading of the log before the last one.
    pub(super) fn forget_older_marks(&self) {
        self.applied.forget_older();
    }

    /// Makes every page void, because what happened to their data is not known.
    pub(super) fn void_all(&self) -> Struck {
        let struck = self.generations.invalidate([&Tag::site()]);
        self.applied.clear();
        struck
    }

    /// Removes every page.
    pub(super) fn clear(&self) {
        if let Some(pages) = &self.pages {
            pages.invalidate_all();
        }
    }

    /// Sets, gets, expires and deletes a page under a key of its own; says of each step whether it did what it should.
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

    /// How many pages were right until some tags were struck. Looks at every page: not for the way of a request.
    pub(super) fn count_fallen(&self, struck: &Struck) -> u64 {
        let now = Instant::now();
        self.count(|page| page.stamps.fell_with(struck) && !page.ttl(now).is_zero())
    }

    /// How many pages that are right carry one of some tags. Looks at every page.
    pub(super) fn count_carriers(&self, tags: &TagSet) -> u64 {
        let now = Instant::now();
        self.count(|page| page.is_fresh(now) && page.stamps.carries_any(tags))
    }

    fn count(&self, counts: impl Fn(&HeldPage) -> bool) -> u64 {
        let pages = self.pages.iter().flat_map(|pages| pages.iter());
        pages.filter(|(_, page)| counts(page)).count() as u64
    }

    /// A page as it is held, right or not.
    pub(super) fn held(&self, key: &CacheKey) -> Option<Arc<HeldPage>> {
        self.pages.as_ref()?.get(key)
    }

    /// How many pages there are, with their bytes.
    pub(super) fn size(&self) -> (u64, u64) {
        self.pages.as_ref().map_or((0, 0), |pages| {
            pages.run_pending_tasks();
            (pages.entry_count(), pages.weighted_size())
        })
    }
}
