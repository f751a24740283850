//! Why an address is answered as it is.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::ComponentsBuilder;

use super::with::with;

/// Adds the shapes.
pub(super) fn register(components: ComponentsBuilder) -> ComponentsBuilder {
    with::<CacheExplained>(components)
}

/// Why an address is answered as it is.
#[derive(ToSchema)]
struct CacheExplained {
    success: bool,
    url: String,
    explanation: Explanation,
}

#[derive(ToSchema)]
struct Explanation {
    /// The page's key, without the site's prefix.
    key: String,
    tags: Vec<ExplainedTag>,
    /// The nearest to the reader first.
    levels: Vec<ExplainedLevel>,
    /// The level that would answer; `computed` if none.
    answer: String,
    why: String,
    /// Null when none of the last 500 events touched the page.
    #[schema(required = true)]
    last_event: Option<PastEvent>,
}

#[derive(ToSchema)]
struct ExplainedTag {
    tag: String,
    /// The beginning of its generation in Redis; null when it has none.
    #[schema(required = true)]
    generation: Option<String>,
    /// Why it has none, as far as that is known.
    #[schema(required = true)]
    note: Option<String>,
}

#[derive(ToSchema)]
struct ExplainedLevel {
    level: String,
    key: String,
    /// `hit`, `absent`, `expired`, `invalidated`, `other build`, `unreadable`, `disarmed`, `down` or `off`.
    state: String,
    why: String,
    #[schema(required = true)]
    age_seconds: Option<u64>,
    #[schema(required = true)]
    ttl_seconds: Option<u64>,
    /// Bytes by encoding.
    sizes: BTreeMap<String, u64>,
    /// The tags whose generation has changed since the entry was made.
    changed_tags: Vec<String>,
}

#[derive(ToSchema)]
struct PastEvent {
    id: i64,
    at: chrono::DateTime<chrono::Utc>,
    actor: String,
    /// `post_save`, `post_delete`, `bulk` or `clear`.
    kind: String,
    /// Which of the page's tags it touched.
    tags: Vec<String>,
}
