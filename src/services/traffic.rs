//! Counts the answered requests.
//!
//! Each thread counts in memory of its own, so that even a page from memory can be counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::cache::metrics::{Buckets, Histogram, SHARDS, own_shard};

/// A family of URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Pages of the list, including those of places.
    List,
    /// A listing's own page.
    Detail,
    /// The list directly from the database.
    Uncached,
    /// Feeds, sitemaps and the API description.
    Machine,
    /// Style sheets, scripts and pictures.
    Static,
    /// Photos.
    Media,
    /// The admin.
    Admin,
    /// Cache management and metrics.
    Management,
    /// Liveness and readiness.
    Health,
    /// Anything else, including unknown URLs.
    Other,
}

impl Route {
    /// Every family.
    pub const ALL: [Self; 10] = [
        Self::List,
        Self::Detail,
        Self::Uncached,
        Self::Machine,
        Self::Static,
        Self::Media,
        Self::Admin,
        Self::Management,
        Self::Health,
        Self::Other,
    ];

    /// The family's name in the figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Detail => "detail",
            Self::Uncached => "uncached",
            Self::Machine => "machine",
            Self::Static => "static",
            Self::Media => "media",
            Self::Admin => "admin",
            Self::Management => "management",
            Self::Health => "health",
            Self::Other => "other",
        }
    }
}

/// The reason why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// The client has reached a limit (429).
    Limited,
    /// A server or a free connection is not available (503).
    Unavailable,
}

impl Turned {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::Limited, Self::Unavailable];

    /// The status of the response.
    pub fn status(self) -> u16 {
        match self {
            Self::Limited => 429,
            Self::Unavailable => 503,
        }
    }

    /// The reason's name in the figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Limited => "client_limit",
            Self::Unavailable => "unavailable",
        }
    }
}

const ROUTES: usize = Route::ALL.len();
/// The number of status classes: 1xx to 5xx.
const CLASSES: usize = 5;

/// One thread's counters, on separate cache lines.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard {
    answered: [[AtomicU64; CLASSES]; ROUTES],
    turned: [[AtomicU64; Turned::ALL.len()]; ROUTES],
    times: [Histogram; ROUTES],
}

/// The counters; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Traffic(Arc<[Shard; SHARDS]>);

impl Traffic {
    /// Counts a response.
    pub fn count(&self, route: Route, status: u16) {
        let class = usize::from(status / 100).clamp(1, CLASSES) - 1;
        let shard = &self.0[own_shard()];
        shard.answered[route as usize][class].fetch_add(1, Relaxed);
        if let Some(why) = Turned::ALL.into_iter().find(|why| why.status() == status) {
            shard.turned[route as usize][why as usize].fetch_add(1, Relaxed);
        }
    }

    /// Records the duration of a response.
    pub fn time(&self, route: Route, took: Duration) {
        self.0[own_shard()].times[route as usize].record(took);
    }

    /// The number of responses by status class, 1xx first.
    pub fn answered(&self, route: Route) -> [u64; CLASSES] {
        let of_class = |class: usize| {
            let shards = self.0.iter();
            shards.map(|shard| shard.answered[route as usize][class].load(Relaxed)).sum()
        };
        std::array::from_fn(of_class)
    }

    /// The number of requests that were refused for a reason.
    pub fn turned(&self, route: Route, why: Turned) -> u64 {
        let of_shard = |shard: &Shard| shard.turned[route as usize][why as usize].load(Relaxed);
        self.0.iter().map(of_shard).sum()
    }

    /// The durations of timed responses.
    pub fn times(&self, route: Route) -> Buckets {
        Buckets::sum(self.0.iter().map(|shard| &shard.times[route as usize]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_and_class() {
        let traffic = Traffic::default();
        std::thread::scope(|scope| {
            for status in [200, 204, 304, 404, 503, 0, 999] {
                let traffic = &traffic;
                scope.spawn(move || {
                    traffic.count(Route::Detail, status);
                    traffic.time(Route::Detail, Duration::from_millis(1));
                });
            }
        });
        assert_eq!(traffic.answered(Route::Detail), [1, 2, 1, 1, 2]);
        assert_eq!(traffic.turned(Route::Detail, Turned::Unavailable), 1);
        assert_eq!(traffic.turned(Route::Detail, Turned::Limited), 0);
        assert_eq!(traffic.times(Route::Detail).total(), 7);
        assert_eq!(traffic.answered(Route::List), [0; CLASSES]);
    }

    #[test]
    fn every_route_has_a_place_and_a_name_of_its_own() {
        for (at, route) in Route::ALL.into_iter().enumerate() {
            assert_eq!(route as usize, at);
            assert!(Route::ALL[..at].iter().all(|other| other.name() != route.name()));
        }
    }
}
