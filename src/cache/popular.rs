//! Counts the requests, computations and invalidations of each page until the counts are taken.
//!
//! Counting takes a lock that few threads share, and a look-up in a small map.
//!
//! **Invariant:** the memory is bounded. If more pages are requested than a map has room for, the least requested page
//! is dropped, so counts of rare pages may be too low.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::CacheKey;
use super::metrics::{SHARDS, own_shard};

/// The number of pages that each shard counts at once.
const MOST: usize = 256;

/// The counts of one page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests that the page answered.
    pub requests: u64,
    /// How often it was computed.
    pub loads: u64,
    /// The time that all computations took together.
    pub load_time: Duration,
    /// How long the slowest computation took.
    pub slowest: Duration,
    /// How often it was computed because it had been invalidated.
    pub invalidated: u64,
}

impl Tally {
    pub(super) fn add_load(&mut self, took: Duration, invalidated: bool) {
        self.loads += 1;
        self.load_time += took;
        self.slowest = self.slowest.max(took);
        self.invalidated += u64::from(invalidated);
    }
}

/// The counts by page.
type Tallies = HashMap<CacheKey, Tally, foldhash::fast::RandomState>;

/// The counts of every shard.
#[derive(Debug, Default)]
pub(super) struct Popular([Mutex<Tallies>; SHARDS]);

impl Popular {
    /// Counts something for a page.
    pub(super) fn note(&self, key: &CacheKey, count: impl FnOnce(&mut Tally)) {
        let mut tallies = self.0[own_shard()].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tally) = tallies.get_mut(key) {
            return count(tally);
        }
        if tallies.len() >= MOST {
            let least = tallies.iter().min_by_key(|(_, tally)| tally.requests + tally.loads);
            if let Some(key) = least.map(|(key, _)| key.clone()) {
                tallies.remove(&key);
            }
        }
        count(tallies.entry(key.clone()).or_default());
    }

    /// Takes the counts since the last call.
    pub(super) fn take(&self) -> Vec<(CacheKey, Tally)> {
        let take = |shard: &Mutex<Tallies>| {
            std::mem::take(&mut *shard.lock().unwrap_or_else(PoisonError::into_inner))
        };
        self.0.iter().flat_map(take).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Level;

    #[test]
    fn a_page_that_is_often_requested_stays_however_many_others_there_are() {
        let popular = Popular::default();
        let key = |number: usize| CacheKey::new(Level::PageRedis, "page", number);
        for number in 0..10 * MOST {
            popular.note(&key(usize::MAX), |tally| tally.requests += 1);
            popular.note(&key(number), |tally| tally.requests += 1);
        }
        popular.note(&key(usize::MAX), |tally| tally.add_load(Duration::from_secs(1), true));
        let counted = popular.take();
        assert_eq!(counted.len(), MOST);
        let (_, often) = counted.iter().find(|(of, _)| *of == key(usize::MAX)).expect("it stays");
        assert_eq!((often.requests, often.loads, often.invalidated), (10 * MOST as u64, 1, 1));
        assert!(popular.take().is_empty());
    }
}
