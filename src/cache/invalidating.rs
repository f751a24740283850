//! Making entries void: first in Redis, only then in this process, so that nothing that this process reads from Redis
//! afterwards can be older.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{Cache, CacheError, EventMark, Invalidation, Level, PastInvalidation, Tag, TagSet};

impl Cache {
    /// Voids every entry that carries one of the tags, at every level that this process reaches.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses: it is then repaired before it is used again. What this process holds
    /// is void all the same.
    pub async fn invalidate(&self, invalidation: &Invalidation) -> Result<(), CacheError> {
        let shared = self.invalidate_shared(invalidation, false).await;
        self.invalidate_memory(invalidation);
        shared
    }

    /// Voids entries in Redis. With `once`, events that some instance has applied are left alone. Without a Redis
    /// there is nothing to void.
    ///
    /// # Errors
    /// As [`Cache::invalidate`].
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
        // One operation for all levels there: a failure counts once, at the one that readers meet first.
        if self.counted(Level::PageRedis, applied)? {
            invalidation.log("redis");
            let levels = [Level::PageRedis, Level::Queryset, Level::Count];
            let levels = levels.into_iter();
            levels.for_each(|level| self.metrics.count_invalidation(level));
        }
        Ok(())
    }

    /// Voids what this process holds. The entries in Redis have to be void already.
    pub fn invalidate_memory(&self, invalidation: &Invalidation) {
        let _order = self.recent.in_order();
        self.strike_memory(invalidation);
    }

    /// Voids what this process holds by those of some events that are not applied to it yet. `by` makes the
    /// invalidation of the events at these places. An event that is published at the same moment is applied once, so
    /// a page that was stored after the publisher's invalidation stays valid.
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

    /// Needs the order of [`Recent`](super::recent::Recent).
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

    /// Whether an event of the log is yet to be applied to what this process holds.
    pub fn memory_lacks(&self, event: &EventMark) -> bool {
        !self.memory.has_applied(event)
    }

    /// Notes that the log was read to its end: events that were applied before the reading before this one can't be
    /// read or heard of again.
    pub fn forget_older_marks(&self) {
        self.memory.forget_older_marks();
    }

    /// Voids all that this process holds, because what happened to its data is not known.
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

    /// Removes everything that this process holds, so that it can't even stand in during an outage.
    pub fn clear_memory(&self) {
        let _order = self.recent.in_order();
        self.memory.generations.invalidate([&Tag::site()]);
        self.memory.clear();
    }

    /// Voids what carries a tag that no event of the log names, such as a session. Where Redis can't be reached,
    /// everything is void before it is used again.
    pub async fn void(&self, tag: &Tag) {
        if let Some(tier) = &self.redis
            && tier.void(tag).await.is_err()
        {
            self.distrust("an invalidation that no log tells was missed");
        }
        self.memory.generations.invalidate([tag]);
    }

    /// Makes all entries in Redis void before it is used again, because something may have been missed that no log
    /// tells.
    pub fn distrust(&self, reason: &str) {
        // In this order: a repair that has looked at the flag already is made to begin again.
        self.doubtful.store(true, Ordering::Release);
        if let Some(tier) = &self.redis {
            tier.link.distrust(reason);
        }
    }

    /// Makes Redis be repaired anew before it is used, because events are applied to this process's memory that Redis
    /// could not be told: a repair that is under way may have read the log before them.
    pub fn repair_anew(&self) {
        if let Some(tier) = &self.redis {
            tier.link.distrust("events could not be applied to it");
        }
    }

    /// Lets this process answer from its memory and from Redis for a short lease: every event that had been committed
    /// by then is applied to both.
    pub fn arm(&self, since: Instant) {
        self.lease.arm(since);
    }

    /// Keeps this process from answering from its memory, because it can't hear of events.
    pub fn disarm(&self) {
        self.lease.disarm();
    }

    /// How long ago everything that had been committed was last known to be applied here; before the first time, how long
    /// ago the process started.
    pub fn caught_up_since(&self) -> Duration {
        self.lease.caught_up_since()
    }

    /// Has Redis read only while the event log is followed, from now on.
    pub fn follow_log(&self) {
        self.lease.bind_redis();
    }

    /// Whether everything committed was applied here within the lease: only then are memory and Redis read.
    pub fn is_following(&self) -> bool {
        self.lease.is_current(Instant::now())
    }

    /// Whether this process answers from its memory; `None` when it has none.
    pub fn memory_is_armed(&self) -> Option<bool> {
        let armed = self.lease.is_armed(Instant::now());
        self.memory.is_enabled().then_some(armed)
    }

    /// Tells all invalidations of one actor together from now on, as one of some subject, so that they don't crowd out
    /// those of others.
    pub fn fold_invalidations_of(&self, actor: &'static str, subject: &'static str) {
        self.recent.fold(actor, subject);
    }

    /// The last invalidations, the latest first.
    pub fn recent_invalidations(&self) -> Vec<PastInvalidation> {
        self.recent.list()
    }
}
