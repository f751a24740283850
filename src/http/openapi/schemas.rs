//! The shapes of answers that services put together. A test compares each with real answers.

#![expect(dead_code, reason = "the types only describe what is sent")]

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::ComponentsBuilder;

use crate::http::listings::json::{ListJson, PlacesJson, PropertyJson};

/// Adds every shape.
pub(super) fn register(components: ComponentsBuilder) -> ComponentsBuilder {
    let components = with::<PropertyJson>(components);
    let components = with::<ListJson>(components);
    let components = with::<PlacesJson>(components);
    let components = with::<Problem>(components);
    let components = with::<Readiness>(components);
    let components = with::<CacheStatus>(components);
    let components = with::<CacheCleared>(components);
    let components = with::<CacheTest>(components);
    let components = with::<CacheMetrics>(components);
    let components = with::<LoadTestRequest>(components);
    let components = with::<LoadTestForm>(components);
    let components = with::<LoadTestReport>(components);
    with::<SignalsTest>(components)
}

/// Adds a shape, and those that it is made of.
fn with<T: ToSchema>(components: ComponentsBuilder) -> ComponentsBuilder {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    components.schemas_from_iter(parts).schema_from::<T>()
}

/// A failure (RFC 9457).
#[derive(ToSchema)]
struct Problem {
    #[schema(pattern = "^about:blank$")]
    r#type: String,
    /// The failure in a few words.
    title: String,
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What went wrong this time.
    detail: String,
    /// The request's number in the site's log.
    #[schema(pattern = "^[0-9a-f]{16}$")]
    request_id: String,
    /// What is wrong with each field of the input, if that is the reason.
    #[schema(required = false, nullable = false)]
    errors: Option<BTreeMap<String, Vec<String>>>,
}

/// Whether requests may be sent to an instance.
#[derive(ToSchema)]
struct Readiness {
    ready: bool,
    /// Whether the database answers.
    database: bool,
    /// Whether every migration is applied.
    migrated: bool,
    redis: RedisState,
}

/// Reported, not required.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
enum RedisState {
    Up,
    Down,
    Off,
}

/// The state of the caches.
#[derive(ToSchema)]
struct CacheStatus {
    success: bool,
    levels: CacheLevels,
    ttl: TimesLeft,
    events: EventState,
}

#[derive(ToSchema)]
struct CacheLevels {
    page_memory: MemoryState,
    page_redis: LevelState,
    queryset: LevelState,
    count: LevelState,
}

/// Pages in this process.
#[derive(ToSchema)]
struct MemoryState {
    enabled: bool,
    reachable: bool,
    /// Whether it answers: only while the process hears of every event.
    armed: bool,
    entries: u64,
    bytes: u64,
}

/// Entries in Redis.
#[derive(ToSchema)]
struct LevelState {
    enabled: bool,
    reachable: bool,
    entries: u64,
    bytes: u64,
}

/// Seconds that the default list's rows and count may still be kept; null where they are not cached.
#[derive(ToSchema)]
struct TimesLeft {
    #[schema(required = true)]
    all_properties: Option<u64>,
    #[schema(required = true)]
    property_count: Option<u64>,
}

/// The event log.
#[derive(ToSchema)]
struct EventState {
    /// The last event's number.
    #[schema(required = true)]
    last_id: Option<i64>,
    /// The transaction up to which Redis reflects the log.
    #[schema(required = true)]
    position: Option<u64>,
    /// How many events Redis does not reflect for certain.
    #[schema(required = true)]
    lag: Option<u64>,
}

/// What a clear removed.
#[derive(ToSchema)]
struct CacheCleared {
    success: bool,
    cleared: Removed,
}

#[derive(ToSchema)]
struct Removed {
    pages: u64,
    /// Query results and counts.
    querysets: u64,
}

/// What came of a probe at each level.
#[derive(ToSchema)]
struct CacheTest {
    success: bool,
    steps: Vec<ProbeStep>,
    /// Why the test ended early, if it did.
    #[schema(required = false, nullable = false)]
    error: Option<String>,
}

#[derive(ToSchema)]
struct ProbeStep {
    level: String,
    step: String,
    success: bool,
    micros: u64,
}

/// What came of a probe listing.
#[derive(ToSchema)]
struct SignalsTest {
    success: bool,
    steps: Vec<SignalStep>,
}

#[derive(ToSchema)]
struct SignalStep {
    step: String,
    success: bool,
    detail: String,
}

/// How much load to send.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LoadTestRequest {
    /// How many requests.
    #[schema(required = false, minimum = 1, maximum = 10_000, default = 100)]
    requests: i64,
    /// How many at a time.
    #[schema(required = false, minimum = 1, maximum = 64, default = 10)]
    concurrency: i64,
}

/// The same as a form, which may have the session's security token.
#[derive(ToSchema)]
struct LoadTestForm {
    #[schema(required = false, minimum = 1, maximum = 10_000, default = 100)]
    requests: i64,
    #[schema(required = false, minimum = 1, maximum = 64, default = 10)]
    concurrency: i64,
    #[schema(required = false, nullable = false)]
    csrf_token: Option<String>,
}

/// What came of a load test; times are in microseconds where not named otherwise.
#[derive(ToSchema)]
struct LoadTestReport {
    /// Whether every request was answered with 200.
    success: bool,
    requests: u64,
    concurrency: u64,
    failed: u64,
    /// Answers by the level that gave them; `computed` by none.
    levels: BTreeMap<String, u64>,
    duration_ms: u64,
    requests_per_second: u64,
    p50_us: u64,
    p95_us: u64,
    p99_us: u64,
    #[schema(required = true, minimum = 0, maximum = 1)]
    hit_ratio_before: Option<f64>,
    #[schema(required = true, minimum = 0, maximum = 1)]
    hit_ratio_after: Option<f64>,
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
    cache_performance: Performance,
    memory_usage: MemoryUsage,
    connection_stats: ConnectionStats,
    levels: LevelsFigures,
    analysis: Analysis,
}

#[derive(ToSchema)]
struct Reachability {
    reachable: bool,
}

/// Redis's own count of look-ups, of every client and key.
#[derive(ToSchema)]
struct Performance {
    keyspace_hits: u64,
    keyspace_misses: u64,
    #[schema(required = true, minimum = 0, maximum = 1)]
    hit_ratio: Option<f64>,
    #[schema(required = true, minimum = 0, maximum = 100)]
    hit_ratio_percent: Option<f64>,
    performance_rating: Rating,
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
    used_memory: u64,
    used_memory_human: String,
    /// In bytes; 0 is no limit.
    maxmemory: u64,
    maxmemory_policy: String,
    evicted_keys: u64,
    /// Memory in use divided by memory asked for; null when Redis is out of reach.
    #[schema(required = true)]
    fragmentation_ratio: Option<f64>,
}

#[derive(ToSchema)]
struct ConnectionStats {
    connected_clients: u64,
    total_connections_received: u64,
    total_commands_processed: u64,
    instantaneous_ops_per_sec: u64,
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
    load_p99_us: u64,
}

#[derive(ToSchema)]
struct Analysis {
    /// How well the cache does, in a sentence.
    cache_efficiency: String,
    /// What the figures advise.
    #[schema(min_items = 1)]
    recommendations: Vec<String>,
}
