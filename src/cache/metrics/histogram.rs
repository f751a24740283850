//! Histograms of durations.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Buckets per power of two of microseconds: a quantile is right within 19 %.
const PER_OCTAVE: usize = 4;
/// Durations of up to about an hour.
const BUCKETS: usize = 32 * PER_OCTAVE;

/// A histogram of durations that can be filled from many threads.
#[derive(Debug)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    micros: AtomicU64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: std::array::from_fn(|_| AtomicU64::new(0)), micros: AtomicU64::new(0) }
    }
}

impl Histogram {
    /// Adds a duration.
    pub fn record(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.buckets[bucket_of(micros)].fetch_add(1, Relaxed);
        self.micros.fetch_add(micros, Relaxed);
    }
}

/// The bucket of a number of microseconds: each power of two has four.
fn bucket_of(micros: u64) -> usize {
    let micros = micros.max(1);
    let octave = micros.ilog2();
    let quarter = match octave {
        0 | 1 => (micros << (2 - octave)) & 3,
        _ => (micros >> (octave - 2)) & 3,
    };
    let bucket = octave as usize * PER_OCTAVE + quarter as usize;
    bucket.min(BUCKETS - 1)
}

/// The end of a bucket, in microseconds, exclusive.
fn end_of(bucket: usize) -> f64 {
    let (octave, quarter) = (bucket / PER_OCTAVE, bucket % PER_OCTAVE);
    (1_u64 << octave) as f64 * (1.0 + (quarter + 1) as f64 / PER_OCTAVE as f64)
}

/// The contents of histograms at one moment.
#[derive(Debug, Clone)]
pub struct Buckets {
    counts: [u64; BUCKETS],
    micros: u64,
}

impl Default for Buckets {
    fn default() -> Self {
        Self { counts: [0; BUCKETS], micros: 0 }
    }
}

impl Buckets {
    /// The sum of some histograms.
    pub fn sum<'a>(histograms: impl Iterator<Item = &'a Histogram>) -> Self {
        let mut sum = Self::default();
        for histogram in histograms {
            for (total, bucket) in sum.counts.iter_mut().zip(&histogram.buckets) {
                *total += bucket.load(Relaxed);
            }
            sum.micros += histogram.micros.load(Relaxed);
        }
        sum
    }

    /// The durations that were recorded since an earlier reading of the same histograms.
    pub fn since(&self, earlier: &Self) -> Self {
        let mut since = self.clone();
        for (count, before) in since.counts.iter_mut().zip(&earlier.counts) {
            *count = count.saturating_sub(*before);
        }
        since.micros = since.micros.saturating_sub(earlier.micros);
        since
    }

    /// The buckets that are not empty, each with its index.
    pub fn sparse(&self) -> Vec<(usize, u64)> {
        let counts = self.counts.iter().copied().enumerate();
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// Restores the result of [`Buckets::sparse`]; an index may occur more than once. The sum of durations is lost.
    pub fn of_sparse(pairs: impl IntoIterator<Item = (usize, u64)>) -> Self {
        let mut buckets = Self::default();
        for (bucket, count) in pairs {
            if let Some(held) = buckets.counts.get_mut(bucket) {
                *held = held.saturating_add(count);
            }
        }
        buckets
    }

    /// The number of durations.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The sum of all durations.
    pub fn sum_of_durations(&self) -> Duration {
        Duration::from_micros(self.micros)
    }

    /// The quantile of a share, in microseconds; 0 if there are no durations.
    pub fn quantile_micros(&self, share: f64) -> u64 {
        let rank = (self.total() as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if *count > 0 && seen >= rank {
                return end_of(bucket).round() as u64;
            }
        }
        0
    }

    /// For each power of two of microseconds, up to four seconds: the bound, and how many durations are shorter.
    pub fn cumulative(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        (1..=22).map(|octave| {
            let below = self.counts.iter().take(octave * PER_OCTAVE).sum();
            (Duration::from_micros(1 << octave), below)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(micros: impl IntoIterator<Item = u64>) -> Buckets {
        let histogram = Histogram::default();
        for micros in micros {
            histogram.record(Duration::from_micros(micros));
        }
        Buckets::sum([&histogram].into_iter())
    }

    #[test]
    fn quantiles_are_right_within_a_quarter() {
        let buckets = of(1..=10_000);
        for (share, want) in [(0.5, 5_000.0), (0.95, 9_500.0), (0.99, 9_900.0)] {
            let ratio = buckets.quantile_micros(share) as f64 / want;
            assert!((0.99..1.26).contains(&ratio), "{share}: {ratio}");
        }
    }

    #[test]
    fn every_number_lies_in_a_bucket_that_ends_beyond_it() {
        for micros in (0..5_000).chain([u64::from(u32::MAX), u64::MAX]) {
            let bucket = bucket_of(micros);
            assert!(end_of(bucket) > micros as f64 || bucket == BUCKETS - 1, "{micros}");
            assert!(bucket == 0 || end_of(bucket - 1) <= micros.max(1) as f64, "{micros}");
        }
    }

    #[test]
    fn what_was_recorded_since_reads_back_from_its_buckets() {
        let (early, late) = (of([3, 900]), of([3, 900, 900, 70_000]));
        let since = late.since(&early);
        assert_eq!(since.total(), 2);
        let again = Buckets::of_sparse(since.sparse().into_iter().chain([(100_000, 7)]));
        assert_eq!(again.sparse(), since.sparse());
    }

    #[test]
    fn no_durations_have_quantiles_of_zero() {
        assert_eq!(of([]).quantile_micros(0.99), 0);
    }

    #[test]
    fn cumulative_counts_are_of_what_was_shorter() {
        let buckets = of([1, 3, 900, 1024]);
        let at = |micros| {
            let found =
                buckets.cumulative().find(|(bound, _)| *bound == Duration::from_micros(micros));
            found.expect("a bound").1
        };
        assert_eq!((at(2), at(4), at(1024), at(2048)), (1, 2, 3, 4));
    }
}
