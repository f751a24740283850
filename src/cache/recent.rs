//! The last invalidations that this process applied, for operators: when, who, what, and how many pages became invalid.
//!
//! The pages of this process are counted in the background. Entries in Redis are not counted: they are replaced at the
//! next request, or expire.
//!
//! **Invariant:** counting takes at most a tenth of one core, however many invalidations there are: an invalidation
//! that comes during a count, or soon after, is not counted.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Instant, SystemTime};

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use tokio::runtime::Handle;
use utoipa::ToSchema;

use super::memory::{Invalidated, MemoryTier};
use super::{EventMark, Invalidation, Tag};

/// How many invalidations are remembered.
const MOST: usize = 50;
/// The number of events that are remembered, so that an event that is read from the log again is not listed twice.
const MOST_EVENTS: usize = 2048;
/// The number of tags that are remembered for each.
const MOST_TAGS: usize = 12;
/// After a count, the next begins only after this many times its duration.
const REST: u32 = 9;

/// An invalidation that was applied.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PastInvalidation {
    /// When it was applied.
    #[serde(serialize_with = "as_utc")]
    #[schema(value_type = DateTime<Utc>)]
    pub at: SystemTime,
    /// The numbers of the first and the last event; `None` if no event caused it.
    #[serde(skip)]
    pub events: Option<(String, String)>,
    /// The cause: `post_save`, `post_delete`, `bulk`, `clear`, `replay` or `several`.
    pub cause: &'static str,
    /// The user or program that made the change.
    pub actor: String,
    /// The changed object.
    pub subject: String,
    /// The first of the tags.
    #[schema(value_type = Vec<String>)]
    pub tags: Vec<Tag>,
    /// How many tags it had.
    #[schema(value_type = u64)]
    pub tag_count: usize,
    /// How many pages of this process became invalid; null if they were not counted.
    #[serde(rename = "ended_in_memory")]
    pub ended: Option<u64>,
    /// How many invalidations this entry combines: those of signals tests share one entry.
    pub times: u64,
}

fn as_utc<S: Serializer>(at: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    DateTime::<Utc>::from(*at).serialize(to)
}

/// The last invalidations, the latest first.
///
/// The publisher of an event and the reader of the log both apply it, perhaps at the same moment. **Invariant:** the
/// one that invalidates the pages is the one that is remembered, and the pages that a clear removes are counted before
/// they are removed.
#[derive(Debug, Default)]
pub(super) struct Recent {
    order: Mutex<()>,
    inner: Mutex<Inner>,
    /// The actor whose invalidations are combined, and the subject to show.
    folded: OnceLock<(&'static str, &'static str)>,
}

#[derive(Debug, Default)]
struct Inner {
    past: VecDeque<(u64, PastInvalidation)>,
    last: u64,
    known: HashSet<EventMark>,
    order: VecDeque<EventMark>,
    pace: Pace,
}

/// Whether a count may begin.
#[derive(Debug, Default)]
enum Pace {
    #[default]
    Idle,
    Counting,
    RestsUntil(Instant),
}

impl Recent {
    /// The lock to hold while pages are invalidated and that is recorded.
    pub(super) fn in_order(&self) -> MutexGuard<'_, ()> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records an invalidation, unless all its events are recorded; returns a number under which to count its pages.
    fn add(&self, invalidation: &Invalidation) -> Option<u64> {
        let events = &invalidation.events;
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !events.is_empty() && events.iter().all(|event| inner.known.contains(event)) {
            return None;
        }
        for event in events {
            if inner.known.insert(event.clone()) {
                inner.order.push_back(event.clone());
            }
        }
        while inner.order.len() > MOST_EVENTS {
            if let Some(event) = inner.order.pop_front() {
                inner.known.remove(&event);
            }
        }
        let ends = events.first().zip(events.last());
        let mut past = PastInvalidation {
            at: SystemTime::now(),
            events: ends.map(|(first, last)| (first.number().to_owned(), last.number().to_owned())),
            cause: invalidation.cause,
            actor: invalidation.actor.clone(),
            subject: invalidation.subject.clone(),
            tags: invalidation.tags.iter().take(MOST_TAGS).cloned().collect(),
            tag_count: invalidation.tags.len(),
            ended: None,
            times: 1,
        };
        if let Some((actor, subject)) = self.folded.get()
            && invalidation.actor == *actor
        {
            (past.cause, past.subject) = ("several", (*subject).to_owned());
            let same = inner.past.iter().position(|(_, past)| past.actor == *actor);
            if let Some((_, earlier)) = same.and_then(|at| inner.past.remove(at)) {
                (past.times, past.ended) = (earlier.times + 1, earlier.ended);
            }
        }
        inner.last += 1;
        let number = inner.last;
        inner.past.push_front((number, past));
        inner.past.truncate(MOST);
        Some(number)
    }

    /// Whether a count may begin. If so, the caller counts, and then calls [`Recent::counted`].
    fn may_count(&self) -> bool {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let may = match inner.pace {
            Pace::Idle => true,
            Pace::Counting => false,
            Pace::RestsUntil(end) => Instant::now() >= end,
        };
        if may {
            inner.pace = Pace::Counting;
        }
        may
    }

    fn counted(&self, number: u64, ended: u64, began: Instant) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.pace = Pace::RestsUntil(Instant::now() + began.elapsed() * REST);
        let found = inner.past.iter_mut().find(|(of, _)| *of == number);
        if let Some((_, past)) = found {
            past.ended = Some(past.ended.unwrap_or(0) + ended);
        }
    }

    /// The last invalidations, the latest first.
    pub(super) fn list(&self) -> Vec<PastInvalidation> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.past.iter().map(|(_, past)| past.clone()).collect()
    }

    /// Combines all invalidations of one actor into one entry, under a subject.
    pub(super) fn fold(&self, actor: &'static str, subject: &'static str) {
        // A second actor would be a programming error; the first one stays.
        let _ = self.folded.set((actor, subject));
    }

    /// Records an invalidation and has the pages counted that became invalid, which takes milliseconds if there are
    /// many.
    pub(super) fn remember(
        self: &Arc<Self>,
        memory: &Arc<MemoryTier>,
        invalidation: &Invalidation,
        invalidated: Invalidated,
    ) {
        let Some(number) = self.add(invalidation) else {
            return;
        };
        if !self.may_count() {
            return;
        }
        let (memory, recent) = (Arc::clone(memory), Arc::clone(self));
        let count = move || {
            let began = Instant::now();
            recent.counted(number, memory.count_fallen(&invalidated), began);
        };
        match Handle::try_current() {
            // A clear removes the pages a moment later, so they are counted now; it is rare, and a few milliseconds
            // don't matter.
            Ok(runtime) if !invalidation.tags.contains(&Tag::site()) => {
                runtime.spawn_blocking(count);
            }
            _ => count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;
    use std::time::Duration;

    use actix_web::http::header::HeaderValue;

    use super::*;
    use crate::cache::memory::HeldPage;
    use crate::cache::{Cache, CacheKey, Level, StoredPage, TagSet};
    use crate::config::Config;

    /// A separate cache with some pages in memory, and without Redis.
    fn holding(pages: u64) -> Cache {
        let config = Config::from_variables(|_| None).expect("the defaults are right");
        let cache = Cache::new(&config.cache, None);
        let hour = Duration::from_secs(3600);
        for number in 0..pages {
            let body = number.to_string().into();
            let page = StoredPage::uncompressed(HeaderValue::from_static("text/plain"), body);
            let stamps = cache.memory.generations.capture(&TagSet::from([Tag::site()]));
            let held = HeldPage::new(page, Duration::ZERO, hour, hour, stamps);
            let key = CacheKey::new(Level::PageMemory, "page", number);
            assert!(cache.memory.insert(&key, &Arc::new(held)));
        }
        cache
    }

    #[test]
    fn invalidations_of_an_actor_that_are_told_together_leave_room_for_others() {
        let cache = holding(0);
        cache.fold_invalidations_of("probe", "probes");
        let by = |actor: &str, event: i64| Invalidation {
            events: vec![EventMark::new(event, "1")],
            cause: "post_save",
            actor: actor.to_owned(),
            subject: "listing 7".to_owned(),
            tags: TagSet::from([Tag::site()]),
            removes_pages: false,
        };
        cache.invalidate_memory(&by("ada", 0));
        (1..=2 * MOST as i64).for_each(|event| cache.invalidate_memory(&by("probe", event)));
        let told = cache.recent_invalidations();
        let told: Vec<_> =
            told.iter().map(|past| (&*past.actor, &*past.subject, past.times)).collect();
        let times = 2 * MOST as u64;
        assert_eq!(told, [("probe", "probes", times), ("ada", "listing 7", 1)]);
    }

    #[test]
    fn a_clear_that_comes_by_two_ways_at_once_counts_what_it_ended() {
        let clear = Invalidation {
            events: vec![EventMark::new(1, "1")],
            cause: "clear",
            actor: "ada".to_owned(),
            subject: "the whole cache".to_owned(),
            tags: TagSet::from([Tag::site()]),
            removes_pages: true,
        };
        for _ in 0..1000 {
            let cache = holding(2);
            let together = Barrier::new(2);
            let way = || {
                together.wait();
                cache.invalidate_memory(&clear);
            };
            thread::scope(|scope| {
                scope.spawn(way);
                scope.spawn(way);
            });
            let past = cache.recent_invalidations();
            let ended: Vec<_> = past.iter().map(|past| past.ended).collect();
            assert_eq!(ended, [Some(2)]);
        }
    }

    #[test]
    fn a_page_stored_after_an_invalidation_outlives_its_event_in_the_log() {
        let event = EventMark::new(1, "1");
        let by = Invalidation {
            events: vec![event.clone()],
            cause: "post_save",
            actor: "ada".to_owned(),
            subject: "listing 7".to_owned(),
            tags: TagSet::from([Tag::site()]),
            removes_pages: false,
        };
        for _ in 0..1000 {
            let cache = holding(0);
            let together = Barrier::new(2);
            let stored_after = thread::scope(|scope| {
                scope.spawn(|| {
                    together.wait();
                    cache.invalidate_memory_once(std::slice::from_ref(&event), |_| by.clone());
                });
                together.wait();
                cache.invalidate_memory(&by);
                cache.memory.generations.capture(&by.tags)
            });
            assert!(stored_after.are_current());
        }
    }
}
