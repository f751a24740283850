//! The schemas of the cache's figures.

use utoipa::ToSchema;

use crate::cache::{PastInvalidation, Refusal};
use crate::services::{Instance, Keys, Point, Saved, TopUrls};

/// The cache's figures.
#[derive(ToSchema)]
pub(super) struct CacheMetrics {
    success: bool,
    metrics: Metrics,
}

#[derive(ToSchema)]
struct Metrics {
    redis: Reachability,
    pages: PageFigures,
    events: EventFigures,
    cache_performance: Performance,
    memory_usage: MemoryUsage,
    connection_stats: ConnectionStats,
    levels: LevelsFigures,
    analysis: Analysis,
    memory_tier: MemoryTier,
    /// Null if they are unknown.
    keys: Option<Keys>,
    /// Why the keys are unknown.
    #[schema(required = false, nullable = false)]
    keys_reason: Option<String>,
    /// The last invalidations of this instance, the latest first.
    invalidations: Vec<PastInvalidation>,
    history: History,
    /// The instances of the site, this one first.
    instances: Vec<Instance>,
}

#[derive(ToSchema)]
struct Reachability {
    /// Whether Redis answers, even if it refuses commands.
    reachable: bool,
    /// `up`, `repairing`, `down` or `off`.
    state: String,
    /// How often this instance took Redis into use.
    connections: u64,
    /// Why Redis is not in use.
    problem: Option<String>,
    /// The commands that it refused when last asked.
    refused: Vec<Refusal>,
    /// Null if Redis doesn't report it; then `reason` says why.
    uptime_seconds: Option<u64>,
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
}

/// Pages that this instance answered since it started.
#[derive(ToSchema)]
struct PageFigures {
    /// Pages that came from a cache.
    hits: u64,
    misses: u64,
    #[schema(minimum = 0, maximum = 1)]
    hit_ratio: Option<f64>,
    /// Seconds since the instance started.
    since_seconds: u64,
    last_15_minutes: RecentPages,
}

/// Pages of a time range.
#[derive(ToSchema)]
struct RecentPages {
    hits: u64,
    misses: u64,
    #[schema(minimum = 0, maximum = 1)]
    hit_ratio: Option<f64>,
}

/// The caches' position in the event log; null if unknown.
#[derive(ToSchema)]
struct EventFigures {
    last_id: Option<i64>,
    position: Option<u64>,
    lag: Option<u64>,
    /// Whether this instance receives every event.
    listening: bool,
}

/// Pages in this process.
#[derive(ToSchema)]
struct MemoryTier {
    enabled: bool,
    entries: u64,
    bytes: u64,
    max_bytes: u64,
}

/// The figures of all instances in a time range: 15 minutes, or the parameter `range`.
#[derive(ToSchema)]
struct History {
    /// `15m`, `1h`, `24h` or `7d`.
    range: String,
    step_seconds: i64,
    /// Seconds since 1970.
    from: i64,
    to: i64,
    current: RecentPages,
    /// The previous range, which is equally long.
    previous: RecentPages,
    /// Steps with data; steps without requests may be missing.
    points: Vec<Point>,
    urls: TopUrls,
    /// Changes of the data and clears, the latest first; null if they can't be read.
    marks: Option<Vec<Mark>>,
    /// The length of the steps of marks.
    mark_seconds: i64,
}

/// The changes of one kind in one step.
#[derive(ToSchema)]
struct Mark {
    /// The start of the step, in seconds since 1970.
    at: i64,
    /// `created`, `updated`, `deleted`, `bulk` or `cleared`.
    kind: String,
    changes: i64,
    /// Who made them, or one of them.
    actor: String,
}

/// Redis's own count of look-ups, for all clients and keys.
#[derive(ToSchema)]
struct Performance {
    keyspace_hits: Option<u64>,
    keyspace_misses: Option<u64>,
    #[schema(minimum = 0, maximum = 1)]
    hit_ratio: Option<f64>,
    #[schema(minimum = 0, maximum = 100)]
    hit_ratio_percent: Option<f64>,
    performance_rating: Rating,
    /// Why the figures are null: Redis can't be reached or is off, or refuses them to this account.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
}

#[derive(ToSchema)]
enum Rating {
    Excellent,
    Good,
    Fair,
    Poor,
    #[schema(rename = "No data")]
    NoData,
}

#[derive(ToSchema)]
struct MemoryUsage {
    /// In bytes.
    used_memory: Option<u64>,
    used_memory_human: Option<String>,
    /// In bytes; 0 means no limit.
    maxmemory: Option<u64>,
    maxmemory_policy: Option<String>,
    evicted_keys: Option<u64>,
    /// The ratio of used to requested memory; null if Redis can't be reached.
    fragmentation_ratio: Option<f64>,
    /// Why the figures are null: Redis can't be reached or is off, or refuses them to this account.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
}

#[derive(ToSchema)]
struct ConnectionStats {
    connected_clients: Option<u64>,
    total_connections_received: Option<u64>,
    total_commands_processed: Option<u64>,
    instantaneous_ops_per_sec: Option<u64>,
    /// Why the figures are null: Redis can't be reached or is off, or refuses them to this account.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
}

#[derive(ToSchema)]
struct LevelsFigures {
    page_memory: LevelFigures,
    page_redis: LevelFigures,
    queryset: LevelFigures,
    count: LevelFigures,
}

/// The counters of one level since the program started; durations are in microseconds.
#[derive(ToSchema)]
struct LevelFigures {
    hits: u64,
    misses: u64,
    stale: u64,
    bypass: u64,
    stores: u64,
    invalidations: u64,
    collapsed: u64,
    errors: u64,
    #[schema(minimum = 0, maximum = 1)]
    hit_ratio: Option<f64>,
    p50_us: u64,
    p95_us: u64,
    p99_us: u64,
    load_p50_us: u64,
    load_p95_us: u64,
    load_p99_us: u64,
    /// The work that hits have saved; null without hits, or without loads to compare with.
    saved: Option<Saved>,
}

#[derive(ToSchema)]
struct Analysis {
    /// The cache's efficiency in a sentence.
    cache_efficiency: String,
    /// Advice from the figures.
    #[schema(min_items = 1)]
    recommendations: Vec<String>,
}
