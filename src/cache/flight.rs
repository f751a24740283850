//! Single-flight: one load per key, however many requests arrive at once.
//!
//! The first request is the *leader*. The others are *followers*, which get the result of the leader's load.
//!
//! **Invariant:** no request follows a load that began before an invalidation that this process has applied: a request
//! joins a flight only while the generations that the flight captured are current, and only in a process that hears of
//! every event. A leader that fails, panics or is dropped frees its followers at once.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::CacheKey;
use super::memory::LocalStamps;

/// The maximum number of followers of one flight; later requests load for themselves.
const MAX_FOLLOWERS: usize = 4096;
/// How long a follower waits before it loads for itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// The result of a flight; each key has one type.
pub(super) type Landed = Arc<dyn Any + Send + Sync>;

#[derive(Default)]
struct Table {
    flights: Mutex<HashMap<CacheKey, Arc<Flight>>>,
    ended: AtomicU64,
}

/// The flights under way.
#[derive(Default)]
pub(super) struct Flights(Arc<Table>);

struct Flight {
    stamps: LocalStamps,
    state: watch::Sender<State>,
    followers: AtomicUsize,
}

#[derive(Clone)]
enum State {
    Loading,
    Landed(Landed),
    Abandoned,
}

/// A request's part in a flight.
pub(super) enum Part {
    /// This request has to load.
    Leader(Leader),
    /// Another request loads.
    Follower(Follower),
    /// There are too many followers already, so this request loads for itself.
    Alone,
}

/// The duty to load. If it is dropped before it lands, its followers are freed.
pub(super) struct Leader {
    table: Arc<Table>,
    key: CacheKey,
    flight: Arc<Flight>,
}

/// The wait for the load of another request.
pub(super) struct Follower {
    flight: Arc<Flight>,
    state: watch::Receiver<State>,
}

impl Flights {
    /// The number of flights that have ended. A request that read this number sees everything that those flights
    /// stored.
    pub(super) fn ended(&self) -> u64 {
        self.0.ended.load(Ordering::Acquire)
    }

    /// Joins the flight of a key, or begins one. `capture` returns the current generations. If they are not `followed`
    /// (events may be missed), no flight is joined.
    pub(super) fn join(
        &self,
        key: &CacheKey,
        followed: bool,
        capture: impl FnOnce() -> LocalStamps,
    ) -> Part {
        let mut table = lock(&self.0);
        if followed
            && let Some(flight) = table.get(key)
            && flight.stamps.are_current()
        {
            if flight.followers.fetch_add(1, Ordering::Relaxed) >= MAX_FOLLOWERS {
                flight.followers.fetch_sub(1, Ordering::Relaxed);
                return Part::Alone;
            }
            return Part::Follower(Follower {
                flight: flight.clone(),
                state: flight.state.subscribe(),
            });
        }
        let flight = Arc::new(Flight {
            stamps: capture(),
            state: watch::Sender::new(State::Loading),
            followers: AtomicUsize::new(0),
        });
        // A flight of older generations continues for the requests that joined it; new requests don't find it.
        table.insert(key.clone(), flight.clone());
        drop(table);
        Part::Leader(Leader { table: self.0.clone(), key: key.clone(), flight })
    }
}

impl Leader {
    /// The generations under which the load runs.
    pub(super) fn stamps(&self) -> &LocalStamps {
        &self.flight.stamps
    }

    /// Whether the flight has followers.
    pub(super) fn has_followers(&self) -> bool {
        self.flight.followers.load(Ordering::Relaxed) > 0
    }

    /// Gives the result to the followers, and to the requests that join until the leader is dropped.
    pub(super) fn land(&self, value: Landed) {
        self.flight.state.send_replace(State::Landed(value));
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        let mut table = lock(&self.table);
        if table.get(&self.key).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight)) {
            table.remove(&self.key);
        }
        self.table.ended.fetch_add(1, Ordering::Release);
        drop(table);
        // From now on no request can join.
        if !self.has_followers() {
            return;
        }
        self.flight.state.send_if_modified(|state| {
            let loading = matches!(state, State::Loading);
            if loading {
                *state = State::Abandoned;
            }
            loading
        });
    }
}

impl Follower {
    /// The generations under which the load runs.
    pub(super) fn stamps(&self) -> &LocalStamps {
        &self.flight.stamps
    }

    /// The result of the leader's load; `None` if the leader was dropped or takes too long.
    pub(super) async fn wait(mut self) -> Option<Landed> {
        let landed = self.state.wait_for(|state| !matches!(state, State::Loading));
        let state = tokio::time::timeout(PATIENCE, landed).await.ok()?.ok()?;
        match &*state {
            State::Landed(value) => Some(value.clone()),
            State::Loading | State::Abandoned => None,
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.flight.followers.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lock(table: &Table) -> std::sync::MutexGuard<'_, HashMap<CacheKey, Arc<Flight>>> {
    table.flights.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::memory::LocalGenerations;
    use crate::cache::{Level, Tag, TagSet};

    struct Site {
        flights: Flights,
        generations: LocalGenerations,
        tags: TagSet,
    }

    impl Site {
        fn new() -> Self {
            Self {
                flights: Flights::default(),
                generations: LocalGenerations::default(),
                tags: TagSet::from([Tag::site()]),
            }
        }

        fn join(&self) -> Part {
            let key = CacheKey::new(Level::Queryset, "test", "key");
            self.flights.join(&key, true, || self.generations.capture(&self.tags))
        }

        fn leader(&self) -> Leader {
            match self.join() {
                Part::Leader(leader) => leader,
                Part::Follower(_) | Part::Alone => panic!("another request leads already"),
            }
        }

        fn follower(&self) -> Follower {
            match self.join() {
                Part::Follower(follower) => follower,
                Part::Leader(_) | Part::Alone => panic!("no request leads"),
            }
        }
    }

    #[tokio::test]
    async fn followers_get_what_the_leader_loaded() {
        let site = Site::new();
        let leader = site.leader();
        let followers = [site.follower(), site.follower()];
        leader.land(Arc::new(7_i64));
        for follower in followers {
            let value = follower.wait().await.expect("landed");
            assert_eq!(value.downcast_ref::<i64>(), Some(&7));
        }
    }

    #[tokio::test]
    async fn a_leader_that_goes_away_frees_its_followers_and_the_key() {
        let site = Site::new();
        let leader = site.leader();
        let follower = site.follower();
        drop(leader);
        assert!(follower.wait().await.is_none());
        drop(site.leader());
    }

    #[tokio::test]
    async fn a_request_after_an_invalidation_does_not_join_a_load_from_before_it() {
        let site = Site::new();
        let old = site.leader();
        let early = site.follower();
        site.generations.invalidate(&site.tags);
        let new = site.leader();
        // The old flight's end does not end the new one.
        old.land(Arc::new("old"));
        drop(old);
        let late = site.follower();
        new.land(Arc::new("new"));
        let text = |landed: Landed| landed.downcast_ref::<&str>().copied();
        assert_eq!(early.wait().await.and_then(text), Some("old"));
        assert_eq!(late.wait().await.and_then(text), Some("new"));
    }

    #[tokio::test]
    async fn a_panicking_leader_frees_its_followers() {
        let site = Site::new();
        let leader = site.leader();
        let follower = site.follower();
        let task = tokio::spawn(async move {
            let _leader = leader;
            panic!("as a load may");
        });
        assert!(follower.wait().await.is_none());
        assert!(task.await.is_err());
    }

    #[test]
    fn the_number_of_followers_is_bounded() {
        let site = Site::new();
        let _leader = site.leader();
        let followers: Vec<_> = (0..MAX_FOLLOWERS).map(|_| site.follower()).collect();
        assert!(matches!(site.join(), Part::Alone));
        drop(followers);
        site.follower();
    }
}
