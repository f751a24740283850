//! Counters of typed outcomes per level. Counting costs an atomic addition; nothing is inferred from values.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A cache level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Pages in this process.
    PageMemory,
    /// Pages in Redis.
    PageRedis,
    /// Query results in Redis.
    Queryset,
    /// Row counts in Redis.
    Count,
    /// Sessions in Redis: a copy of what the database has. Not one of the site's cache levels, so that its look-ups
    /// don't pollute their figures.
    Session,
}

impl Level {
    /// Every level that answers readers, the nearest to them first.
    pub const ALL: [Self; 4] = [
        Self::PageMemory,
        Self::PageRedis,
        Self::Queryset,
        Self::Count,
    ];

    /// Its name in `Cache-Status` and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::PageMemory => "page-memory",
            Self::PageRedis => "page-redis",
            Self::Queryset => "queryset",
            Self::Count => "count",
            Self::Session => "session",
        }
    }

    /// Its name in JSON.
    pub fn field(self) -> &'static str {
        match self {
            Self::PageMemory => "page_memory",
            Self::PageRedis => "page_redis",
            Self::Queryset => "queryset",
            Self::Count => "count",
            Self::Session => "session",
        }
    }
}

/// How a level took part in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It answered; the entry may be kept for so long.
    Hit(Duration),
    /// It had nothing valid, and keeps the answer if `stored`.
    Miss {
        /// Whether the answer was stored.
        stored: bool,
    },
    /// It was not asked.
    Bypass,
}

/// One level's counters since the program started.
#[derive(Debug, Default)]
pub struct LevelMetrics {
    /// Look-ups that found a valid entry.
    pub hits: AtomicU64,
    /// Look-ups that found none.
    pub misses: AtomicU64,
    /// Answers that were served though they had expired.
    pub stale: AtomicU64,
    /// Answers made without asking the level.
    pub bypass: AtomicU64,
    /// Entries stored.
    pub stores: AtomicU64,
    /// Invalidations applied.
    pub invalidations: AtomicU64,
    /// Answers that followed another request's load.
    pub collapsed: AtomicU64,
    /// Failed operations.
    pub errors: AtomicU64,
    /// How long look-ups that hit took.
    pub latency: Histogram,
}

impl LevelMetrics {
    pub(super) fn count_invalidation(&self) {
        self.invalidations.fetch_add(1, Relaxed);
    }

    pub(super) fn count_error(&self) {
        self.errors.fetch_add(1, Relaxed);
    }
}

/// The counters of every level.
#[derive(Debug, Default)]
pub struct Metrics {
    levels: [LevelMetrics; 5],
}

impl Metrics {
    /// The counters of a level.
    pub fn level(&self, level: Level) -> &LevelMetrics {
        match level {
            Level::PageMemory => &self.levels[0],
            Level::PageRedis => &self.levels[1],
            Level::Queryset => &self.levels[2],
            Level::Count => &self.levels[3],
            Level::Session => &self.levels[4],
        }
    }

    /// Counts an outcome.
    pub fn count(&self, level: Level, outcome: Outcome) {
        let metrics = self.level(level);
        match outcome {
            Outcome::Hit(_) => metrics.hits.fetch_add(1, Relaxed),
            Outcome::Miss { stored: true } => {
                metrics.stores.fetch_add(1, Relaxed);
                metrics.misses.fetch_add(1, Relaxed)
            }
            Outcome::Miss { stored: false } => metrics.misses.fetch_add(1, Relaxed),
            Outcome::Bypass => metrics.bypass.fetch_add(1, Relaxed),
        };
    }
}

/// Four buckets per power of two of microseconds, up to about an hour: a quantile is right within 19 %.
const BUCKETS: usize = 128;

/// A histogram of durations that can be filled from many threads.
#[derive(Debug)]
pub struct Histogram([AtomicU64; BUCKETS]);

impl Default for Histogram {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }
}

impl Histogram {
    /// Adds a duration.
    pub fn record(&self, duration: Duration) {
        let micros = duration.as_micros().max(1) as f64;
        let bucket = (micros.log2() * 4.0).round() as usize;
        self.0[bucket.min(BUCKETS - 1)].fetch_add(1, Relaxed);
    }

    /// The duration below which a share of all lies, in microseconds; 0 when nothing was recorded.
    pub fn quantile_micros(&self, share: f64) -> u64 {
        let counts: Vec<u64> = self.0.iter().map(|bucket| bucket.load(Relaxed)).collect();
        let total: u64 = counts.iter().sum();
        let rank = (total as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (bucket, count) in counts.into_iter().enumerate() {
            seen += count;
            if total > 0 && seen >= rank {
                return (bucket as f64 / 4.0).exp2().round() as u64;
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_within_a_bucket() {
        let histogram = Histogram::default();
        (1..=1000).for_each(|ms| histogram.record(Duration::from_millis(ms)));
        for (share, want) in [(0.5, 500_000.0), (0.99, 990_000.0)] {
            let ratio = histogram.quantile_micros(share) as f64 / want;
            assert!((0.8..1.25).contains(&ratio), "{share}: {ratio}");
        }
    }

    #[test]
    fn an_empty_histogram_says_zero() {
        assert_eq!(Histogram::default().quantile_micros(0.99), 0);
    }
}
