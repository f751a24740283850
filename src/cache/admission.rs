//! Decides which values are worth a place in Redis, so that values that are requested once don't evict those in use.
//!
//! Anyone can make up a filter, a place in a list, or the number of a listing. Redis evicts what was *used* longest ago, and
//! a value that was just stored counts as used. So values of such keys ([`CacheKey::rare_if`]) are stored at their second
//! request only. A small allowance for their first requests lets a site with few visitors, and a single visitor who comes
//! back to another instance, find them in Redis as well.
//!
//! **Invariant:** the memory is bounded, and so is the number of values of made-up keys that are stored at their first
//! request. All other keys are stored at once.

use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use moka::policy::EvictionPolicy;

use super::CacheKey;

/// How long a request is remembered. Too short, and values that are requested every few minutes are never stored.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// How many requests are remembered, at about 100 bytes each.
const REMEMBERED: u64 = 32 * 1024;
/// How many values are stored at their first request in a row. A page of a list has about four values.
const ALLOWANCE: u32 = 200;
/// The time after which one more value is allowed.
const EARNED: Duration = Duration::from_secs(5);

/// Decides which values are stored; one per process.
pub(super) struct Admission {
    /// Hashes of the keys that were requested lately.
    seen: moka::sync::Cache<u64, (), foldhash::fast::RandomState>,
    hasher: foldhash::fast::RandomState,
    allowance: Mutex<Allowance>,
    refused: AtomicU64,
}

struct Allowance {
    left: u32,
    since: Instant,
}

impl Admission {
    pub(super) fn new() -> Self {
        // The newest requests count: a crowd of others must not keep them out.
        let seen = moka::sync::Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(WINDOW)
            .eviction_policy(EvictionPolicy::lru())
            .build_with_hasher(foldhash::fast::RandomState::default());
        let allowance = Allowance { left: ALLOWANCE, since: Instant::now() };
        Self {
            seen,
            hasher: foldhash::fast::RandomState::default(),
            allowance: allowance.into(),
            refused: AtomicU64::new(0),
        }
    }

    /// How many values were not stored at their first request.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    /// Whether the value of a key is stored in Redis. Counts as a request for it: to be asked once per load.
    pub(super) fn admits(&self, key: &CacheKey) -> bool {
        !key.is_rare() || self.admits_rare(key, Instant::now())
    }

    /// The same for a key that turned out to be rare when its value was loaded.
    pub(super) fn admits_rare(&self, key: &CacheKey, now: Instant) -> bool {
        let hash = self.hasher.hash_one(key.as_str());
        let is_known = self.seen.contains_key(&hash);
        self.seen.insert(hash, ());
        let admitted =
            is_known || self.allowance.lock().unwrap_or_else(PoisonError::into_inner).take(now);
        self.refused.fetch_add(u64::from(!admitted), Relaxed);
        admitted
    }
}

impl Allowance {
    fn take(&mut self, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.since).as_secs() / EARNED.as_secs();
        let earned = u32::try_from(earned).unwrap_or(ALLOWANCE);
        self.since += EARNED * earned;
        self.left = self.left.saturating_add(earned).min(ALLOWANCE);
        let taken = self.left.checked_sub(1);
        self.left = taken.unwrap_or(0);
        taken.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Level;

    fn key(number: u32) -> CacheKey {
        CacheKey::new(Level::PageRedis, "page", number)
    }

    #[test]
    fn beyond_the_allowance_a_made_up_key_is_stored_at_its_second_request() {
        let admission = Admission::new();
        let admitted = (0..3 * ALLOWANCE).filter(|n| admission.admits(&key(*n).rare_if(true)));
        assert_eq!(admitted.count() as u32, ALLOWANCE);
        let last = key(3 * ALLOWANCE - 1).rare_if(true);
        assert!(admission.admits(&last));
        assert!(!admission.admits(&key(u32::MAX).rare_if(true)));
        assert!(admission.admits(&key(u32::MAX)));
    }

    #[test]
    fn the_allowance_comes_back_slowly_and_never_grows_beyond_its_bound() {
        let start = Instant::now();
        let mut allowance = Allowance { left: 0, since: start };
        assert!(!allowance.take(start));
        assert!(allowance.take(start + EARNED) && !allowance.take(start + EARNED));
        let late = start + EARNED * 10 * ALLOWANCE;
        assert_eq!((0..2 * ALLOWANCE).filter(|_| allowance.take(late)).count() as u32, ALLOWANCE);
    }
}
