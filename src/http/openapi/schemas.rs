//! The schemas of responses. Those of single values are derived from the types that are sent; the objects that services
//! assemble as JSON are described here. A test compares each with real responses.

#![expect(dead_code, reason = "the envelopes only describe what is sent")]

mod figures;

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::ComponentsBuilder;

use crate::cache::ProbeStep;
use crate::http::listings::facets::FacetsJson;
use crate::http::listings::json::{ListJson, PlacesJson, PropertyJson, ShortlistJson};
use crate::services::{
    Cleared, EventState, Explanation, LoadTestReport, LoadTestRequest, SignalStep, WarmState,
    Warmed, WouldEnd,
};

/// Adds every schema.
pub(super) fn register(components: ComponentsBuilder) -> ComponentsBuilder {
    let add = [
        with::<PropertyJson>,
        with::<ListJson>,
        with::<PlacesJson>,
        with::<FacetsJson>,
        with::<ShortlistJson>,
        with::<Problem>,
        with::<Readiness>,
        with::<CacheStatus>,
        with::<CacheCleared>,
        with::<CacheTest>,
        with::<CacheClearRequest>,
        with::<CacheClearForm>,
        with::<CacheWarming>,
        with::<CacheWarmed>,
        with::<SignalsTest>,
        with::<CacheExplained>,
        with::<figures::CacheMetrics>,
        with::<LoadTestRequest>,
        with::<LoadTestForm>,
        with::<LoadTestReport>,
    ];
    add.into_iter().fold(components, |components, add| add(components))
}

/// Adds a schema and its parts.
fn with<T: ToSchema>(components: ComponentsBuilder) -> ComponentsBuilder {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    components.schemas_from_iter(parts).schema_from::<T>()
}

/// An error (RFC 9457).
#[derive(ToSchema)]
struct Problem {
    #[schema(pattern = "^about:blank$")]
    r#type: String,
    /// The error in a few words.
    title: String,
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What went wrong in this case.
    detail: String,
    /// The request's id in the site's log.
    #[schema(pattern = "^[0-9a-f]{16}$")]
    request_id: String,
    /// The errors of each field, if the input was invalid.
    #[schema(required = false, nullable = false)]
    errors: Option<BTreeMap<String, Vec<String>>>,
}

/// Whether the instance is ready for requests.
#[derive(ToSchema)]
struct Readiness {
    ready: bool,
    /// Why the instance is not ready.
    reason: Option<String>,
    /// Whether the database answers.
    database: bool,
    /// Whether every migration is applied.
    migrated: bool,
    redis: RedisState,
    /// Whether the event log is followed. Without it, cached pages are not served as fresh.
    following: bool,
}

/// The state of Redis; an instance can work without it.
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
    /// Whether this level may answer: only while the process receives every event.
    armed: bool,
    entries: u64,
    bytes: u64,
}

/// Entries in Redis.
#[derive(ToSchema)]
struct LevelState {
    enabled: bool,
    /// Whether Redis answers, even if it refuses to list its keys.
    reachable: bool,
    entries: Option<u64>,
    /// Bytes in Redis's memory.
    bytes: Option<u64>,
    /// Why a number is unknown: what Redis refused, and for which account.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
    /// Whether both numbers are estimates, because not every key was examined.
    estimated: bool,
}

/// The remaining lifetimes of the default list's rows and count, in seconds; null if they are not cached.
#[derive(ToSchema)]
struct TimesLeft {
    all_properties: Option<u64>,
    property_count: Option<u64>,
}

/// The result of a clear. A part is cleared only after its count is confirmed.
#[derive(ToSchema)]
struct CacheCleared {
    success: bool,
    /// The removed entries.
    #[schema(required = false, nullable = false)]
    cleared: Option<Cleared>,
    /// The entries that a confirmed clear would remove.
    #[schema(required = false, nullable = false)]
    would_clear: Option<Cleared>,
    /// The part's tags.
    #[schema(required = false, nullable = false)]
    tags: Option<Vec<String>>,
    /// The entries that carry these tags.
    #[schema(required = false, nullable = false)]
    entries: Option<WouldEnd>,
}

/// The part to clear: the entries with a tag, or with the same rows as a page; without either, everything.
#[derive(ToSchema)]
struct CacheClearRequest {
    /// For example `properties`, `property:7`, `location:Leith`.
    #[schema(required = false, nullable = false)]
    tag: Option<String>,
    /// A path or a URL of this site.
    #[schema(required = false, nullable = false)]
    url: Option<String>,
    /// Clear everything; the same as neither a tag nor a URL.
    #[schema(required = false, default = false)]
    everything: bool,
    /// Clear the part; without it, its entries are only counted.
    #[schema(required = false, default = false)]
    confirm: bool,
}

/// The same as a form, which may contain the session's security token.
#[derive(ToSchema)]
struct CacheClearForm {
    #[schema(required = false, nullable = false)]
    tag: Option<String>,
    #[schema(required = false, nullable = false)]
    url: Option<String>,
    /// `yes`, or empty.
    #[schema(required = false, nullable = false)]
    everything: Option<String>,
    /// `yes`, or empty. Without it, a browser that wants to clear everything gets a confirmation page.
    #[schema(required = false, nullable = false)]
    confirm: Option<String>,
    #[schema(required = false, nullable = false)]
    csrf_token: Option<String>,
}

/// The progress of warming.
#[derive(ToSchema)]
struct CacheWarming {
    /// Whether warming did not end early.
    success: bool,
    warming: WarmState,
}

/// The result of warming.
#[derive(ToSchema)]
struct CacheWarmed {
    success: bool,
    warmed: Warmed,
}

/// The result of a probe at each level.
#[derive(ToSchema)]
struct CacheTest {
    success: bool,
    steps: Vec<ProbeStep>,
    /// Why the test ended early, if it did.
    #[schema(required = false, nullable = false)]
    error: Option<String>,
}

/// The result of a probe listing.
#[derive(ToSchema)]
struct SignalsTest {
    success: bool,
    steps: Vec<SignalStep>,
}

/// Why a URL is answered as it is.
#[derive(ToSchema)]
struct CacheExplained {
    success: bool,
    url: String,
    explanation: Explanation,
}

/// The options of the load test as a form, which may contain the session's security token.
#[derive(ToSchema)]
struct LoadTestForm {
    #[schema(required = false, minimum = 1, maximum = 10_000, default = 100)]
    requests: i64,
    #[schema(required = false, minimum = 1, maximum = 64, default = 10)]
    concurrency: i64,
    #[schema(required = false, nullable = false)]
    csrf_token: Option<String>,
}
