//! The instances of the site, which report themselves through the database every few seconds.
//!
//! A frozen instance, or one that can't reach the database, does not report: the time since its last report shows that.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::history::SAMPLING;
use super::rating::hit_ratio;

/// After this many missed reports, an instance counts as silent.
const MISSED: u32 = 3;
/// A lag above this is highlighted; the alert has the same threshold.
pub const MOST_LAG: Duration = Duration::from_secs(10);

/// The state of an instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct InstanceState {
    /// The machine's name and the address that the instance listens on.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// The build.
    pub build: String,
    /// When it started.
    pub started: DateTime<Utc>,
    /// How long ago all committed events were last known to be applied, in milliseconds.
    pub lag_ms: u64,
    /// Whether it may answer from its memory; null without a memory tier.
    pub memory_lease: Option<bool>,
    /// Whether it may answer from Redis.
    pub redis_lease: bool,
    /// `up`, `repairing`, `down` or `off`.
    pub redis: String,
    /// Pages that a cache level answered in the last 15 minutes.
    pub hits: u64,
    /// Pages that had to be computed in the last 15 minutes.
    pub misses: u64,
    /// Bytes of the pages in its memory.
    pub memory_bytes: u64,
    /// The limit of these bytes.
    pub memory_limit: u64,
}

/// An instance, and the age of its report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Instance {
    /// The state.
    pub state: InstanceState,
    /// Whether it is the instance that answers.
    pub is_this: bool,
    /// Seconds since its report.
    pub reported_seconds_ago: u64,
    /// The instance's problem; null if it has none.
    pub problem: Option<String>,
}

/// The reports of the other instances, and when they were read.
pub(super) type Reports = Option<(Instant, Vec<(InstanceState, Duration)>)>;

impl Instance {
    pub(super) fn new(state: InstanceState, ago: Duration, is_this: bool) -> Self {
        let problem = problem(&state, ago);
        Self { state, is_this, reported_seconds_ago: ago.as_secs(), problem }
    }

    /// The hit ratio of the last 15 minutes.
    pub fn hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.state.hits, self.state.misses)
    }
}

fn problem(state: &InstanceState, ago: Duration) -> Option<String> {
    let (lag, most) = (Duration::from_millis(state.lag_ms), MOST_LAG.as_secs());
    if ago > SAMPLING * MISSED {
        return Some(format!("No report for {} s", ago.as_secs()));
    }
    if lag > MOST_LAG {
        return Some(format!("Lags by {} s, more than {most} s", lag.as_secs()));
    }
    if !state.redis_lease || state.memory_lease == Some(false) {
        return Some("Computes every page: it has no lease".to_owned());
    }
    matches!(&*state.redis, "down" | "repairing").then(|| format!("Redis is {}", state.redis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_that_is_silent_or_lags_or_has_no_lease_stands_out() {
        let well = InstanceState {
            memory_lease: Some(true),
            redis_lease: true,
            redis: "up".to_owned(),
            lag_ms: 900,
            ..InstanceState::default()
        };
        let said = |state: InstanceState, seconds| problem(&state, Duration::from_secs(seconds));
        assert_eq!(said(well.clone(), 25), None);
        assert_eq!(said(InstanceState { memory_lease: None, ..well.clone() }, 0), None);
        for (state, seconds, words) in [
            (well.clone(), 45, "45 s"),
            (InstanceState { lag_ms: 12_000, ..well.clone() }, 0, "12 s, more than 10 s"),
            (InstanceState { memory_lease: Some(false), ..well.clone() }, 0, "lease"),
            (InstanceState { redis: "down".to_owned(), ..well }, 0, "Redis is down"),
        ] {
            let said = said(state, seconds).expect("a problem");
            assert!(said.contains(words), "{said}");
        }
    }
}
