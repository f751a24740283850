//! Invalidates entries: first in Redis, then in this process, so that all that this process reads from Redis afterwards
//! is new enough.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{Cache, CacheError, EventMark, Invalidation, Level, PastInvalidation, Tag, TagSet};

impl Cache {
    /// Invalidates every entry that carries one of the tags, in Redis and in this process.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses: it is then repaired before it is used again. The entries in this process
    /// are invalidated in any case.
    pub async fn invalidate(&self, invalidation: &Invalidation) -> Result<(), CacheError> {
        let shared = self.invalidate_shared(invalidation, false).await;
        self.invalidate_memory(invalidation);
        shared
    }

    /// Invalidates entries in Redis. With `once`, events that an instance has already applied are skipped. Does nothing
    /// without a Redis.
    ///
    /// # Errors
    /// The errors of [`Cache::invalidate`].
    pub async fn invalidate_shared(
        &self,
        invalidation: &Invalidation,
        once: bool,
    ) -> Result<(), CacheError> {
        let Some(tier) = &self.redis else {
            return Ok(());
        };
        let Invalidation { events, tags, .. } = invalidation;
        let applied = tier.invalidate(events, tags, once).await;
        // One operation covers all levels in Redis: a failure counts once, at the level that readers meet first.
        if self.counted(Level::PageRedis, applied)? {
            invalidation.log("redis");
            let levels = [Level::PageRedis, Level::Queryset, Level::Count];
            let levels = levels.into_iter();
            levels.for_each(|level| self.metrics.count_invalidation(level));
        }
        Ok(())
    }

    /// Invalidates entries in this process. The entries in Redis must be invalid already.
    pub fn invalidate_memory(&self, invalidation: &Invalidation) {
        let _order = self.recent.in_order();
        self.strike_memory(invalidation);
    }

    /// Applies those events to this process that it has not applied yet. `by` makes the invalidation of the events at
    /// the given indexes. An event that is published at the same moment is applied once, so a page that was stored
    /// after the publisher's invalidation stays valid.
    pub fn invalidate_memory_once(
        &self,
        events: &[EventMark],
        by: impl FnOnce(&[usize]) -> Invalidation,
    ) {
        let _order = self.recent.in_order();
        let marked = events.iter().enumerate();
        let lacking = marked.filter(|(_, event)| !self.memory.has_applied(event));
        let lacking: Vec<_> = lacking.map(|(place, _)| place).collect();
        if !lacking.is_empty() {
            self.strike_memory(&by(&lacking));
        }
    }

    /// The caller holds [`Recent::in_order`](super::recent::Recent::in_order).
    fn strike_memory(&self, invalidation: &Invalidation) {
        let struck = self.memory.generations.invalidate(&invalidation.tags);
        self.recent.remember(&self.memory, invalidation, struck);
        if invalidation.removes_pages {
            self.memory.clear();
        }
        let events = invalidation.events.iter();
        events.for_each(|event| self.memory.mark_applied(event));
        if self.memory.is_enabled() {
            invalidation.log("memory");
            self.metrics.count_invalidation(Level::PageMemory);
        }
    }

    /// Whether this process has not applied an event of the log yet.
    pub fn memory_lacks(&self, event: &EventMark) -> bool {
        !self.memory.has_applied(event)
    }

    /// Notes that the log was read to its end: marks from before the previous reading are no longer needed, because
    /// those events can't arrive again.
    pub fn forget_older_marks(&self) {
        self.memory.forget_older_marks();
    }

    /// Invalidates everything in this process, because events may have been missed.
    pub fn void_memory(&self) {
        let _order = self.recent.in_order();
        let struck = self.memory.void_all();
        let unknown = Invalidation {
            events: Vec::new(),
            cause: "replay",
            actor: String::new(),
            subject: "events that this instance may have missed".to_owned(),
            tags: TagSet::from([Tag::site()]),
            removes_pages: false,
        };
        self.recent.remember(&self.memory, &unknown, struck);
    }

    /// Removes every page of this process, so that none is served stale during an outage.
    pub fn clear_memory(&self) {
        let _order = self.recent.in_order();
        self.memory.generations.invalidate([&Tag::site()]);
        self.memory.clear();
    }

    /// Invalidates the entries that carry a tag that no event of the log names, such as a session. If Redis can't be
    /// reached, everything in it is invalidated before it is used again.
    pub async fn void(&self, tag: &Tag) {
        if let Some(tier) = &self.redis
            && tier.void(tag).await.is_err()
        {
            self.mark_unreliable("an invalidation that is not in the event log was missed");
        }
        self.memory.generations.invalidate([tag]);
    }

    /// Requires that all entries in Redis are invalidated before it is used again, because something may have been
    /// missed that the log does not contain.
    pub fn mark_unreliable(&self, reason: &str) {
        // In this order: a repair that has already read the flag then starts again.
        self.doubtful.store(true, Ordering::Release);
        if let Some(tier) = &self.redis {
            tier.link.mark_unreliable(reason);
        }
    }

    /// Requires a new repair of Redis before it is used, because this process applied events that Redis could not be
    /// told: a repair in progress may have read the log before them.
    pub fn repair_anew(&self) {
        if let Some(tier) = &self.redis {
            tier.link.mark_unreliable("events could not be applied to it");
        }
    }

    /// Lets this process answer from memory and Redis for a short lease: every event committed before `since` is
    /// applied to both.
    pub fn arm(&self, since: Instant) {
        self.lease.arm(since);
    }

    /// Stops this process from answering from its memory, because it can't hear of events.
    pub fn disarm(&self) {
        self.lease.disarm();
    }

    /// How long ago everything committed was last known to be applied here; before the first time, how long ago the
    /// process started.
    pub fn caught_up_since(&self) -> Duration {
        self.lease.caught_up_since()
    }

    /// From now on, reads Redis only while the event log is followed.
    pub fn follow_log(&self) {
        self.lease.bind_redis();
    }

    /// Whether everything committed was applied here within the lease; if not, neither memory nor Redis is read.
    pub fn is_following(&self) -> bool {
        self.lease.is_current(Instant::now())
    }

    /// Whether this process answers from its memory; `None` if the memory tier is turned off.
    pub fn memory_is_armed(&self) -> Option<bool> {
        let armed = self.lease.is_armed(Instant::now());
        self.memory.is_enabled().then_some(armed)
    }

    /// From now on, lists all invalidations by one actor as one entry, under a subject, so that they don't crowd out
    /// others.
    pub fn fold_invalidations_of(&self, actor: &'static str, subject: &'static str) {
        self.recent.fold(actor, subject);
    }

    /// The last invalidations, the latest first.
    pub fn recent_invalidations(&self) -> Vec<PastInvalidation> {
        self.recent.list()
    }
}
