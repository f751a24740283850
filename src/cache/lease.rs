//! The lease under which this process answers from memory and from Redis.
//!
//! The follower of the event log extends the lease whenever it has applied everything committed. The lease of a process
//! that was frozen, or that can't hear of events, ends by the clock. When the listening connection is lost, the lease
//! of memory ends at once; Redis, which other instances keep up to date, is read until its lease ends.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long cached data are served after all events were last applied. If it is too short, a busy moment ends it; if it
/// is too long, a dead connection that nothing reports lets old data be served for that long.
const LEASE: Duration = Duration::from_secs(2);

/// How far this process has followed the event log.
#[derive(Debug)]
pub(super) struct Lease {
    start: Instant,
    /// When the lease of memory ends, in microseconds since `start`.
    armed_until: AtomicU64,
    /// The last moment of which every committed event is known to be applied, in the same unit; 0 before the first.
    caught_up: AtomicU64,
    /// Whether the lease also applies to reading Redis. It does not for commands, which don't follow the log.
    binds_redis: AtomicBool,
}

impl Lease {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            armed_until: AtomicU64::new(0),
            caught_up: AtomicU64::new(0),
            binds_redis: AtomicBool::new(false),
        }
    }

    /// From now on, reads Redis only under the lease.
    pub(super) fn bind_redis(&self) {
        self.binds_redis.store(true, Ordering::Release);
    }

    /// Extends the lease from a moment of which everything committed is applied.
    pub(super) fn arm(&self, since: Instant) {
        let until = self.micros(since + LEASE);
        self.armed_until.store(until, Ordering::Release);
        self.caught_up.fetch_max(self.micros(since).max(1), Ordering::AcqRel);
    }

    /// Ends the lease of memory: later events may not be heard of.
    pub(super) fn disarm(&self) {
        let now = self.micros(Instant::now());
        self.armed_until.fetch_min(now, Ordering::AcqRel);
    }

    /// Whether memory may answer.
    pub(super) fn is_armed(&self, now: Instant) -> bool {
        self.micros(now) < self.armed_until.load(Ordering::Acquire)
    }

    /// How long memory has not been allowed to answer.
    pub(super) fn disarmed_for(&self, now: Instant) -> Duration {
        let until = self.armed_until.load(Ordering::Acquire);
        Duration::from_micros(self.micros(now).saturating_sub(until))
    }

    /// Whether everything committed was applied within the lease.
    pub(super) fn is_current(&self, now: Instant) -> bool {
        self.ended_for(now).is_none()
    }

    /// Whether Redis may be read.
    pub(super) fn lets_redis_answer(&self, now: Instant) -> bool {
        !self.binds_redis.load(Ordering::Acquire) || self.is_current(now)
    }

    /// How long ago the lease ended; `None` while it lasts.
    pub(super) fn ended_for(&self, now: Instant) -> Option<Duration> {
        let lease = u64::try_from(LEASE.as_micros()).unwrap_or(u64::MAX);
        let since = match self.caught_up.load(Ordering::Acquire) {
            0 => return Some(Duration::from_micros(self.micros(now))),
            since => since,
        };
        let ended = self.micros(now).checked_sub(since + lease);
        ended.map(Duration::from_micros)
    }

    /// How long ago everything committed was last known to be applied; before the first time, how long ago the process
    /// started.
    pub(super) fn caught_up_since(&self) -> Duration {
        let at = self.caught_up.load(Ordering::Relaxed);
        Duration::from_micros(self.micros(Instant::now()).saturating_sub(at))
    }

    fn micros(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.start);
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_listener_ends_the_lease_of_memory_at_once_and_that_of_redis_by_the_clock() {
        let lease = Lease::new();
        lease.bind_redis();
        let start = Instant::now();
        assert!(!lease.is_armed(start) && !lease.lets_redis_answer(start));
        lease.arm(start);
        assert!(lease.is_armed(start) && lease.lets_redis_answer(start));
        lease.disarm();
        let soon = Instant::now();
        assert!(!lease.is_armed(soon) && lease.lets_redis_answer(soon));
        let late = start + LEASE + Duration::from_secs(3);
        assert!(!lease.lets_redis_answer(late) && !lease.is_current(late));
        let ended = lease.ended_for(late).expect("it has ended");
        assert_eq!(ended.as_secs(), 3);
    }

    #[test]
    fn without_a_follower_of_the_log_redis_is_read_without_a_lease() {
        let lease = Lease::new();
        assert!(lease.lets_redis_answer(Instant::now()));
        assert!(!lease.is_current(Instant::now()));
    }
}
