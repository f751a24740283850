//! Counters that threads don't contend for.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::{Buckets, Histogram, Level, Source};

/// The kinds of events that are counted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    Hit,
    Miss,
    Stale,
    Bypass,
    Store,
    Invalidation,
    Collapsed,
    Error,
}

const EVENTS: usize = 8;
/// The number of shards. If there are more threads, some share a shard: counts stay exact, and counting is slower.
pub const SHARDS: usize = 8;

/// The index of the calling thread's shard, below [`SHARDS`].
pub fn own_shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: Cell<usize> = Cell::new(NEXT.fetch_add(1, Relaxed) % SHARDS);
    }
    OWN.get()
}

/// One thread's counters of one level, on cache lines of their own.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Shard {
    counts: [AtomicU64; EVENTS],
    served: [AtomicU64; Source::ALL.len()],
    pub(super) hit_times: Histogram,
    pub(super) load_times: Histogram,
}

impl Shard {
    pub(super) fn add(&self, event: Event) {
        self.counts[event as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn serve(&self, source: Source) {
        self.served[source as usize].fetch_add(1, Relaxed);
    }
}

/// Every thread's counters.
#[derive(Debug, Default)]
pub(super) struct Shards {
    shards: [[Shard; Level::COUNT]; SHARDS],
}

impl Shards {
    /// The counters of the calling thread.
    pub(super) fn own(&self, level: Level) -> &Shard {
        &self.shards[own_shard()][level as usize]
    }

    pub(super) fn sum(&self, level: Level, event: Event) -> u64 {
        let of_level = self.shards.iter().map(|shard| &shard[level as usize]);
        of_level.map(|shard| shard.counts[event as usize].load(Relaxed)).sum()
    }

    pub(super) fn served(&self, source: Source) -> u64 {
        let shards = self.shards.iter().flatten();
        shards.map(|shard| shard.served[source as usize].load(Relaxed)).sum()
    }

    /// The durations of hits and of loads.
    pub(super) fn times(&self, level: Level) -> (Buckets, Buckets) {
        let of_level = || self.shards.iter().map(|shard| &shard[level as usize]);
        (
            Buckets::sum(of_level().map(|shard| &shard.hit_times)),
            Buckets::sum(of_level().map(|shard| &shard.load_times)),
        )
    }
}
