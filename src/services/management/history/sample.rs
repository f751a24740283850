//! The cache's counts in one step of time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::urls::{UrlFigures, trimmed};
use crate::cache::metrics::{Buckets, LevelCounts, PageCounts, Source};
use crate::services::management::rating::hit_ratio;

/// The buckets of a histogram that are not empty, each with its index.
type Times = Vec<(usize, u64)>;
/// If a sample has more URLs than this, they are trimmed.
const MOST_URLS: usize = 60;

/// The counts of one step, of one or several instances.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Sample {
    pub(super) served: PageCounts,
    pub(super) hit_times: Times,
    pub(super) load_times: Times,
    pub(super) gauges: Gauges,
    pub(super) urls: BTreeMap<String, UrlFigures>,
}

/// Gauges at the end of the step; for several instances and steps, the maximum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Gauges {
    /// Bytes of the pages in a process's memory.
    pub memory_bytes: Option<u64>,
    /// Bytes that Redis uses.
    pub redis_bytes: Option<u64>,
    /// Keys that Redis has evicted since it started.
    pub redis_evicted: Option<u64>,
    /// How long Redis took to answer a PING, in microseconds.
    pub redis_ping_us: Option<u64>,
}

/// The page cache's figures in one step. Durations are in microseconds, and null if nothing was timed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Point {
    /// The start of the step, in seconds since 1970.
    pub at: i64,
    /// Pages that a cache level answered.
    pub hits: u64,
    /// Pages that had to be computed, including requests that waited for that.
    pub misses: u64,
    /// The share of hits; null if no page was requested.
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
    /// Responses by source; all of them are hits, misses or `unavailable`.
    pub served: BySource,
    /// Gauges at the end of the step.
    pub gauges: Gauges,
}

/// Responses by source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct BySource {
    /// From the memory of the process.
    pub memory: u64,
    /// From Redis.
    pub redis: u64,
    /// Rendered from cached query results.
    pub query: u64,
    /// Rendered from the database.
    pub database: u64,
    /// Expired entries during an outage of the database.
    pub stale: u64,
    /// Answered with 503.
    pub unavailable: u64,
}

impl BySource {
    fn of(counts: &PageCounts) -> Self {
        let [memory, redis, query, database, stale, unavailable] =
            Source::ALL.map(|source| counts.of(source));
        Self { memory, redis, query, database, stale, unavailable }
    }
}

impl Sample {
    /// The sample of some counts: of the two page levels, and of the pages that readers received.
    pub(super) fn of(memory: &LevelCounts, redis: &LevelCounts, served: PageCounts) -> Self {
        let mut hit_times = memory.hit_times.sparse();
        add_times(&mut hit_times, &redis.hit_times.sparse());
        Self { served, hit_times, load_times: redis.load_times.sparse(), ..Self::default() }
    }

    /// Whether no page was requested.
    pub(super) fn is_idle(&self) -> bool {
        self.served == PageCounts::default()
    }

    /// Adds the counts of another step or instance.
    pub(super) fn add(&mut self, more: &Self) {
        self.served = self.served.plus(&more.served);
        add_times(&mut self.hit_times, &more.hit_times);
        add_times(&mut self.load_times, &more.load_times);
        self.gauges = self.gauges.highest(&more.gauges);
        for (url, figures) in &more.urls {
            self.urls.entry(url.clone()).or_default().add(figures);
        }
        if self.urls.len() > MOST_URLS {
            self.urls = trimmed(std::mem::take(&mut self.urls));
        }
    }

    /// The point of this sample in the charts.
    pub(super) fn point(&self, at: i64) -> Point {
        let (hits, misses) = (self.served.cached(), self.served.computed());
        let [hit_p50_us, hit_p99_us] = quantiles(&self.hit_times);
        let [load_p50_us, load_p99_us] = quantiles(&self.load_times);
        Point {
            at,
            hits,
            misses,
            hit_ratio: hit_ratio(hits, misses),
            hit_p50_us,
            hit_p99_us,
            load_p50_us,
            load_p99_us,
            served: BySource::of(&self.served),
            gauges: self.gauges,
        }
    }
}

impl Gauges {
    fn highest(&self, other: &Self) -> Self {
        Self {
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
            redis_bytes: self.redis_bytes.max(other.redis_bytes),
            redis_evicted: self.redis_evicted.max(other.redis_evicted),
            redis_ping_us: self.redis_ping_us.max(other.redis_ping_us),
        }
    }
}

fn add_times(times: &mut Times, more: &Times) {
    if !more.is_empty() {
        let all = times.iter().chain(more).copied();
        *times = Buckets::of_sparse(all).sparse();
    }
}

/// The median and the 99th percentile.
fn quantiles(times: &Times) -> [Option<u64>; 2] {
    let buckets = Buckets::of_sparse(times.iter().copied());
    let any = buckets.total() > 0;
    [0.5, 0.99].map(|share| any.then(|| buckets.quantile_micros(share)))
}
