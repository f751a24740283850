//! Counters of outcomes per level. Each thread counts in memory of its own; outcomes are counted as such, not inferred
//! from values.

mod histogram;
mod level;
mod shard;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use histogram::{Buckets, Histogram};
pub use level::{Level, Outcome, Source};
use shard::{Event, Shards};
pub use shard::{SHARDS, own_shard};

/// The counters of every level.
#[derive(Debug, Default)]
pub struct Metrics {
    shards: Shards,
}

/// The counters of one level since the program started.
#[derive(Debug, Clone, Default)]
pub struct LevelCounts {
    /// Look-ups that found a valid entry.
    pub hits: u64,
    /// Look-ups that found no valid entry.
    pub misses: u64,
    /// Answers from expired entries.
    pub stale: u64,
    /// Answers without a look-up at the level.
    pub bypass: u64,
    /// Entries stored.
    pub stores: u64,
    /// Invalidations applied.
    pub invalidations: u64,
    /// Answers with the result of another request's load.
    pub collapsed: u64,
    /// Failed operations.
    pub errors: u64,
    /// Durations of look-ups that hit.
    pub hit_times: Buckets,
    /// Durations of loads after a miss.
    pub load_times: Buckets,
}

/// The pages that readers received since the program started, by [`Source`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCounts([u64; Source::ALL.len()]);

impl PageCounts {
    /// Counts by source, in the order of [`Source::ALL`].
    pub fn new(counts: [u64; Source::ALL.len()]) -> Self {
        Self(counts)
    }

    /// The count of a source.
    pub fn of(&self, source: Source) -> u64 {
        self.0[source as usize]
    }

    /// The pages that came from a cache level, including stale ones.
    pub fn cached(&self) -> u64 {
        self.of(Source::Memory) + self.of(Source::Redis) + self.of(Source::Stale)
    }

    /// The pages that were computed for the reader, or whose computation the reader waited for.
    pub fn computed(&self) -> u64 {
        self.of(Source::Query) + self.of(Source::Database)
    }

    /// The pages that were counted since an earlier reading.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at].saturating_sub(earlier.0[at])))
    }

    /// The sum of two counts.
    #[must_use]
    pub fn plus(&self, more: &Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at].saturating_add(more.0[at])))
    }
}

impl LevelCounts {
    /// What was counted since an earlier reading of the same level.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            hits: self.hits.saturating_sub(earlier.hits),
            misses: self.misses.saturating_sub(earlier.misses),
            stale: self.stale.saturating_sub(earlier.stale),
            bypass: self.bypass.saturating_sub(earlier.bypass),
            stores: self.stores.saturating_sub(earlier.stores),
            invalidations: self.invalidations.saturating_sub(earlier.invalidations),
            collapsed: self.collapsed.saturating_sub(earlier.collapsed),
            errors: self.errors.saturating_sub(earlier.errors),
            hit_times: self.hit_times.since(&earlier.hit_times),
            load_times: self.load_times.since(&earlier.load_times),
        }
    }
}

impl Metrics {
    /// The counters of a level.
    pub fn level(&self, level: Level) -> LevelCounts {
        let count = |event| self.shards.sum(level, event);
        let (hit_times, load_times) = self.shards.times(level);
        LevelCounts {
            hits: count(Event::Hit),
            misses: count(Event::Miss),
            stale: count(Event::Stale),
            bypass: count(Event::Bypass),
            stores: count(Event::Store),
            invalidations: count(Event::Invalidation),
            collapsed: count(Event::Collapsed),
            errors: count(Event::Error),
            hit_times,
            load_times,
        }
    }

    /// The pages that readers received.
    pub fn pages(&self) -> PageCounts {
        PageCounts(Source::ALL.map(|source| self.shards.served(source)))
    }

    /// Counts a page that a reader receives. The count is next to the counters of the memory tier, which the fastest
    /// answer touches anyway.
    pub(super) fn count_page(&self, source: Source) {
        self.shards.own(Level::PageMemory).serve(source);
    }

    /// Counts a page for which a reader got 503.
    pub fn count_unavailable(&self) {
        self.count_page(Source::Unavailable);
    }

    /// Counts an outcome.
    pub(super) fn count(&self, level: Level, outcome: Outcome) {
        let shard = self.shards.own(level);
        match outcome {
            Outcome::Hit(_) => shard.add(Event::Hit),
            Outcome::Miss { stored: true } => {
                shard.add(Event::Store);
                shard.add(Event::Miss);
            }
            Outcome::Miss { stored: false } => shard.add(Event::Miss),
            Outcome::Bypass => shard.add(Event::Bypass),
            Outcome::Collapsed => {
                shard.add(Event::Miss);
                shard.add(Event::Collapsed);
            }
            Outcome::Stale(_) => shard.add(Event::Stale),
        }
    }

    /// Counts a look-up that found nothing, before its outcome is known.
    pub(super) fn count_miss(&self, level: Level) {
        self.shards.own(level).add(Event::Miss);
    }

    pub(super) fn count_store(&self, level: Level) {
        self.shards.own(level).add(Event::Store);
    }

    pub(super) fn count_collapsed(&self, level: Level) {
        self.shards.own(level).add(Event::Collapsed);
    }

    pub(super) fn count_invalidation(&self, level: Level) {
        self.shards.own(level).add(Event::Invalidation);
    }

    pub(super) fn count_error(&self, level: Level) {
        self.shards.own(level).add(Event::Error);
    }

    /// Records the duration of a look-up that hit.
    pub(super) fn time_hit(&self, level: Level, took: Duration) {
        self.shards.own(level).hit_times.record(took);
    }

    /// Records the duration of a load.
    pub(super) fn time_load(&self, level: Level, took: Duration) {
        self.shards.own(level).load_times.record(took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_many_threads_add_up() {
        let metrics = Metrics::default();
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        metrics.count(Level::Queryset, Outcome::Miss { stored: true });
                        metrics.time_load(Level::Queryset, Duration::from_micros(5));
                    }
                });
            }
        });
        let counts = metrics.level(Level::Queryset);
        assert_eq!((counts.misses, counts.stores, counts.hits), (2000, 2000, 0));
        assert_eq!(counts.load_times.total(), 2000);
        assert_eq!(metrics.level(Level::Count).misses, 0);
        assert_eq!(metrics.pages(), PageCounts::default());
    }
}
