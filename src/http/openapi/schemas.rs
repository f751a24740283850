//! The shapes of answers that services put together. A test compares each with real answers.

#![expect(dead_code, reason = "the types only describe what is sent")]

mod explanation;
mod figures;
mod load_test;
mod with;

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::ComponentsBuilder;

use self::with::with;
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
    let components = with::<CacheClearRequest>(components);
    let components = with::<CacheClearForm>(components);
    let components = with::<CacheWarming>(components);
    let components = with::<CacheWarmed>(components);
    let components = with::<SignalsTest>(components);
    load_test::register(figures::register(explanation::register(components)))
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
    /// Whether the event log is followed: only then are cached pages served as right.
    following: bool,
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
    /// Whether Redis answers, though it may refuse to list its keys.
    reachable: bool,
    #[schema(required = true)]
    entries: Option<u64>,
    /// What they take in Redis's memory.
    #[schema(required = true)]
    bytes: Option<u64>,
    /// Why a number is not known: what Redis refused, for which account.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
    /// Whether both are estimates, because not every key was looked at.
    estimated: bool,
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

/// What a clear removed. Of a part, nothing is removed before the count was confirmed.
#[derive(ToSchema)]
struct CacheCleared {
    success: bool,
    /// What was removed; of a part, what ended.
    #[schema(required = false, nullable = false)]
    cleared: Option<Removed>,
    /// What would end, where only the count was asked for.
    #[schema(required = false, nullable = false)]
    would_clear: Option<Removed>,
    /// The part's tags.
    #[schema(required = false, nullable = false)]
    tags: Option<Vec<String>>,
    /// What carries them.
    #[schema(required = false, nullable = false)]
    entries: Option<Carriers>,
}

/// Entries that carry some tags.
#[derive(ToSchema)]
struct Carriers {
    /// Pages of this instance.
    memory_pages: u64,
    /// Pages in Redis.
    #[schema(required = true)]
    pages: Option<u64>,
    /// Query results and counts in Redis.
    #[schema(required = true)]
    querysets: Option<u64>,
    /// Why they were not counted.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
    /// How many of Redis's keys were looked at.
    keys_looked_at: u64,
    keys: u64,
    /// Whether the numbers of entries in Redis are estimates, because not every key was looked at.
    estimated: bool,
}

/// What to clear: what carries a tag, or what shows the same rows as a page; everything without either.
#[derive(ToSchema)]
struct CacheClearRequest {
    /// For example `properties`, `property:7`, `location:Leith`.
    #[schema(required = false, nullable = false)]
    tag: Option<String>,
    /// A path or an address of this site.
    #[schema(required = false, nullable = false)]
    url: Option<String>,
    /// Whether everything is meant; the same as neither a tag nor an address.
    #[schema(required = false, default = false)]
    everything: bool,
    /// Whether to clear a part; without it, its entries are only counted.
    #[schema(required = false, default = false)]
    confirm: bool,
}

/// The same as a form, which may have the session's security token.
#[derive(ToSchema)]
struct CacheClearForm {
    #[schema(required = false, nullable = false)]
    tag: Option<String>,
    #[schema(required = false, nullable = false)]
    url: Option<String>,
    /// `yes`, or nothing.
    #[schema(required = false, nullable = false)]
    everything: Option<String>,
    /// `yes`, or nothing. A browser that asks for everything without it gets a page that asks first.
    #[schema(required = false, nullable = false)]
    confirm: Option<String>,
    #[schema(required = false, nullable = false)]
    csrf_token: Option<String>,
}

/// How far warming is.
#[derive(ToSchema)]
struct CacheWarming {
    /// Whether nothing has ended it early.
    success: bool,
    warming: Warming,
}

#[derive(ToSchema)]
struct Warming {
    running: bool,
    /// Pages to fetch; 0 before that is known.
    total: u64,
    pages: u64,
    failed: u64,
    /// How long it takes or took; null when the cache was not warmed yet.
    #[schema(required = true)]
    duration_ms: Option<u64>,
    /// Why it ended early.
    #[schema(required = true)]
    problem: Option<String>,
}

/// What was warmed.
#[derive(ToSchema)]
struct CacheWarmed {
    success: bool,
    warmed: Warmed,
}

#[derive(ToSchema)]
struct Warmed {
    pages: u64,
    /// Pages that could not be fetched.
    failed: u64,
}

#[derive(ToSchema)]
struct Removed {
    /// Null where they are void, and could not be counted.
    #[schema(required = true)]
    pages: Option<u64>,
    /// Query results and counts, likewise.
    #[schema(required = true)]
    querysets: Option<u64>,
    /// Why they were not counted.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
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
    #[schema(required = false, nullable = false)]
    refused: Option<figures::Refusal>,
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
