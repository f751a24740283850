//! The counters of the levels for a span of time.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::cache::Level;
use crate::cache::metrics::{Buckets, LevelCounts, PageCounts};
use crate::services::management::rating::hit_ratio;

/// Buckets of a histogram that hold any, each by its number.
type Times = Vec<(usize, u64)>;

/// The counters of one level.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct LevelSample {
    hits: u64,
    misses: u64,
    stale: u64,
    bypass: u64,
    collapsed: u64,
    stores: u64,
    invalidations: u64,
    hit_times: Times,
    load_times: Times,
}

/// How many levels there are.
pub(super) const LEVELS: usize = Level::ALL.len();
/// The name under which the pages are kept that readers were answered with, whichever level had them.
const ANSWERS: &str = "answers";

/// The counters of all levels, and the hits and misses of the served pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sample {
    levels: [LevelSample; LEVELS],
    answers: LevelSample,
}

/// The page cache's figures in one span of time. Times are in microseconds, and null where nothing was timed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Point {
    /// The start of the span, in seconds since 1970.
    pub at: i64,
    /// Pages that a cache answered.
    pub hits: u64,
    /// Pages that had to be computed, or were waited for.
    pub misses: u64,
    /// The share of hits; null where no page was requested.
    #[schema(minimum = 0, maximum = 1)]
    pub hit_ratio: Option<f64>,
    /// The median of hits.
    pub hit_p50_us: Option<u64>,
    /// The 99th percentile of hits.
    pub hit_p99_us: Option<u64>,
    /// The median of loads.
    pub load_p50_us: Option<u64>,
    /// The 99th percentile of loads.
    pub load_p99_us: Option<u64>,
}

impl Sample {
    /// A sample of these counters.
    pub(super) fn of(counts: &[LevelCounts; LEVELS], pages: PageCounts) -> Self {
        let levels = counts.each_ref().map(|counts| LevelSample {
            hits: counts.hits,
            misses: counts.misses,
            stale: counts.stale,
            bypass: counts.bypass,
            collapsed: counts.collapsed,
            stores: counts.stores,
            invalidations: counts.invalidations,
            hit_times: counts.hit_times.sparse(),
            load_times: counts.load_times.sparse(),
        });
        let answers =
            LevelSample { hits: pages.cached, misses: pages.computed, ..LevelSample::default() };
        Self { levels, answers }
    }

    /// The pages that readers were answered with.
    pub(super) fn pages(&self) -> PageCounts {
        PageCounts { cached: self.answers.hits, computed: self.answers.misses }
    }

    /// Whether nothing was done.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what was done in another span, or by another instance.
    pub(super) fn add(&mut self, other: &Self) {
        for (level, more) in self.levels.iter_mut().zip(&other.levels) {
            level.add(more);
        }
        self.answers.add(&other.answers);
    }

    /// Adds figures as they are kept under a name; what can't be read adds nothing.
    pub(super) fn add_kept(&mut self, name: &str, figures: Value) {
        let Ok(figures) = serde_json::from_value::<LevelSample>(figures) else {
            return;
        };
        let at = Level::ALL.iter().position(|known| known.field() == name);
        match at.and_then(|at| self.levels.get_mut(at)) {
            Some(level) => level.add(&figures),
            None if name == ANSWERS => self.answers.add(&figures),
            None => {}
        }
    }

    /// The figures of the levels that were used, to be stored.
    pub(super) fn to_keep(&self) -> Vec<Value> {
        let levels = Level::ALL.map(Level::field).into_iter().zip(&self.levels);
        let all = levels.chain([(ANSWERS, &self.answers)]);
        let any = all.filter(|(_, sample)| **sample != LevelSample::default());
        let kept = |(name, sample): (&str, &LevelSample)| {
            let mut figures = json!(sample);
            figures["level"] = json!(name);
            figures
        };
        any.map(kept).collect()
    }

    /// A point for the charts.
    pub(super) fn point(&self, at: i64) -> Point {
        let [memory, redis, ..] = &self.levels;
        let LevelSample { hits, misses, .. } = self.answers;
        let hit_times = memory.hit_times.iter().chain(&redis.hit_times);
        let [hit_p50_us, hit_p99_us] = quantiles(hit_times);
        let [load_p50_us, load_p99_us] = quantiles(redis.load_times.iter());
        Point {
            at,
            hits,
            misses,
            hit_ratio: hit_ratio(hits, misses),
            hit_p50_us,
            hit_p99_us,
            load_p50_us,
            load_p99_us,
        }
    }
}

impl LevelSample {
    fn add(&mut self, more: &Self) {
        self.hits += more.hits;
        self.misses += more.misses;
        self.stale += more.stale;
        self.bypass += more.bypass;
        self.collapsed += more.collapsed;
        self.stores += more.stores;
        self.invalidations += more.invalidations;
        add_times(&mut self.hit_times, &more.hit_times);
        add_times(&mut self.load_times, &more.load_times);
    }
}

fn add_times(times: &mut Times, more: &Times) {
    if !more.is_empty() {
        let all = times.iter().chain(more).copied();
        *times = Buckets::of_sparse(all).sparse();
    }
}

/// The median, and what 99 % lie below.
fn quantiles<'a>(times: impl Iterator<Item = &'a (usize, u64)>) -> [Option<u64>; 2] {
    let buckets = Buckets::of_sparse(times.copied());
    let any = buckets.total() > 0;
    [0.5, 0.99].map(|share| any.then(|| buckets.quantile_micros(share)))
}
