//! The cache's figures.

use utoipa::ToSchema;
use utoipa::openapi::ComponentsBuilder;

use super::with::with;

/// Adds the shapes.
pub(super) fn register(components: ComponentsBuilder) -> ComponentsBuilder {
    with::<CacheMetrics>(components)
}

/// The cache's figures.
#[derive(ToSchema)]
struct CacheMetrics {
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
    /// Null when they are not known.
    #[schema(required = true)]
    keys: Option<Keys>,
    /// Why they are not.
    #[schema(required = false, nullable = false)]
    keys_reason: Option<String>,
    /// The last ones of this instance, the latest first.
    invalidations: Vec<PastInvalidation>,
    history: History,
}

#[derive(ToSchema)]
struct Reachability {
    /// Whether it answers, though it may refuse.
    reachable: bool,
    /// `up`, `repairing`, `down` or `off`.
    state: String,
    /// How often this instance has taken it into use.
    connections: u64,
    /// Why it is not in use.
    #[schema(required = true)]
    problem: Option<String>,
    /// What it refuses, when last asked.
    refused: Vec<Refusal>,
    /// Null where Redis doesn't tell; then `reason` says why.
    #[schema(required = true)]
    uptime_seconds: Option<u64>,
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
}

/// A command that Redis answers with an error.
#[derive(ToSchema)]
pub(super) struct Refusal {
    command: String,
    /// The user of Redis that the site is.
    account: String,
    /// `NOPERM`, `NOAUTH`, `WRONGPASS`, `READONLY`, `MISCONF`, `OOM`, `LOADING` or another.
    code: String,
    reason: String,
}

/// Pages that readers of this instance were answered with since it started.
#[derive(ToSchema)]
struct PageFigures {
    /// Those that a cache answered.
    hits: u64,
    misses: u64,
    #[schema(required = true, minimum = 0, maximum = 1)]
    hit_ratio: Option<f64>,
    /// How long ago it started.
    since_seconds: u64,
    last_15_minutes: RecentPages,
}

/// The same in the last 15 minutes.
#[derive(ToSchema)]
struct RecentPages {
    hits: u64,
    misses: u64,
    #[schema(required = true, minimum = 0, maximum = 1)]
    hit_ratio: Option<f64>,
}

/// How far the caches are with the event log; null where that is not known.
#[derive(ToSchema)]
struct EventFigures {
    #[schema(required = true)]
    last_id: Option<i64>,
    #[schema(required = true)]
    position: Option<u64>,
    #[schema(required = true)]
    lag: Option<u64>,
    /// Whether this instance hears of every event.
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

/// What a bounded look at Redis's keys found.
#[derive(ToSchema)]
struct Keys {
    looked_at: u64,
    /// Keys of every client.
    total: u64,
    /// Whether numbers of keys are estimates, because not all were looked at.
    estimated: bool,
    /// Keys that are not this site's.
    foreign: u64,
    families: Vec<KeyFamily>,
    /// Why none was weighed.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
}

#[derive(ToSchema)]
struct KeyFamily {
    name: String,
    entries: u64,
    /// An estimate; null where none could be weighed.
    #[schema(required = true)]
    bytes: Option<u64>,
    /// How many were weighed for it.
    weighed: u64,
}

#[derive(ToSchema)]
struct PastInvalidation {
    at: chrono::DateTime<chrono::Utc>,
    /// `post_save`, `post_delete`, `bulk`, `clear`, `replay` or `several`.
    cause: String,
    actor: String,
    subject: String,
    /// The first of its tags.
    tags: Vec<String>,
    tag_count: u64,
    /// How many invalidations are told together here: those of signals tests are.
    times: u64,
    /// Pages of this instance that ended by it; null when they were not counted.
    #[schema(required = true)]
    ended_in_memory: Option<u64>,
}

#[derive(ToSchema)]
struct History {
    /// Of this instance, every ten seconds; before it began, of every instance by the minute.
    last_15_minutes: Vec<Point>,
    /// Of every instance, in steps of five minutes; those in which nothing happened are left out.
    last_24_hours: Vec<Point>,
}

/// What readers noticed in some span of time; times are in microseconds, null where nothing was timed.
#[derive(ToSchema)]
struct Point {
    /// The span's begin, in seconds since 1970.
    at: i64,
    hits: u64,
    misses: u64,
    #[schema(required = true, minimum = 0, maximum = 1)]
    hit_ratio: Option<f64>,
    #[schema(required = true)]
    hit_p50_us: Option<u64>,
    #[schema(required = true)]
    hit_p99_us: Option<u64>,
    #[schema(required = true)]
    load_p50_us: Option<u64>,
    #[schema(required = true)]
    load_p99_us: Option<u64>,
}

/// Redis's own count of look-ups, of every client and key.
#[derive(ToSchema)]
struct Performance {
    #[schema(required = true)]
    keyspace_hits: Option<u64>,
    #[schema(required = true)]
    keyspace_misses: Option<u64>,
    #[schema(required = true, minimum = 0, maximum = 1)]
    hit_ratio: Option<f64>,
    #[schema(required = true, minimum = 0, maximum = 100)]
    hit_ratio_percent: Option<f64>,
    performance_rating: Rating,
    /// Why the figures are null: Redis is out of reach or off, or refuses them to this account.
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
    #[schema(required = true)]
    used_memory: Option<u64>,
    #[schema(required = true)]
    used_memory_human: Option<String>,
    /// In bytes; 0 is no limit.
    #[schema(required = true)]
    maxmemory: Option<u64>,
    #[schema(required = true)]
    maxmemory_policy: Option<String>,
    #[schema(required = true)]
    evicted_keys: Option<u64>,
    /// Memory in use divided by memory asked for; null when Redis is out of reach.
    #[schema(required = true)]
    fragmentation_ratio: Option<f64>,
    /// Why the figures are null: Redis is out of reach or off, or refuses them to this account.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
}

#[derive(ToSchema)]
struct ConnectionStats {
    #[schema(required = true)]
    connected_clients: Option<u64>,
    #[schema(required = true)]
    total_connections_received: Option<u64>,
    #[schema(required = true)]
    total_commands_processed: Option<u64>,
    #[schema(required = true)]
    instantaneous_ops_per_sec: Option<u64>,
    /// Why the figures are null: Redis is out of reach or off, or refuses them to this account.
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

/// The counters of one level since the program started; times are in microseconds.
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
    #[schema(required = true, minimum = 0, maximum = 1)]
    hit_ratio: Option<f64>,
    p50_us: u64,
    p95_us: u64,
    p99_us: u64,
    load_p50_us: u64,
    load_p95_us: u64,
    load_p99_us: u64,
    /// What the hits have spared; null where there were none, or nothing was loaded to compare with.
    #[schema(required = true)]
    saved: Option<Saved>,
}

/// Estimates.
#[derive(ToSchema)]
struct Saved {
    /// Hits × (the median load − the median hit).
    time_us: u64,
    /// Hits × the statements of a load.
    statements: u64,
    /// 1 of a query, the average of pages that were computed.
    statements_per_load: f64,
}

#[derive(ToSchema)]
struct Analysis {
    /// How well the cache does, in a sentence.
    cache_efficiency: String,
    /// What the figures advise.
    #[schema(min_items = 1)]
    recommendations: Vec<String>,
}
