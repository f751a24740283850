//! What the load test takes and tells.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::ComponentsBuilder;

use super::with::with;

/// Adds the shapes.
pub(super) fn register(components: ComponentsBuilder) -> ComponentsBuilder {
    let components = with::<LoadTestRequest>(components);
    let components = with::<LoadTestForm>(components);
    with::<LoadTestReport>(components)
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
    /// Answers by the level that gave them; `computed` by none, `collapsed` by waiting for another request's load.
    levels: BTreeMap<String, u64>,
    duration_ms: u64,
    requests_per_second: u64,
    p50_us: u64,
    p95_us: u64,
    p99_us: u64,
    /// Answers by how long they took, from the fastest to the slowest without gaps.
    histogram: Vec<Bar>,
    #[schema(required = true, minimum = 0, maximum = 1)]
    hit_ratio_before: Option<f64>,
    #[schema(required = true, minimum = 0, maximum = 1)]
    hit_ratio_after: Option<f64>,
}

/// Answers that took about as long.
#[derive(ToSchema)]
struct Bar {
    /// They took less than so many microseconds, and at least as many as the bar before says.
    below_us: u64,
    answers: u64,
}
