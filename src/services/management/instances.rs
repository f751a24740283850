//! The instances of the site, as they report themselves through the database every few seconds.
//!
//! A frozen instance, or one that can't reach the database, reports nothing: the time since its last report tells.
//!
//! **Invariant:** no request waits for a report or for a look at the reports. Both happen while the counters are sampled.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::Management;
use super::history::SAMPLING;
use super::rating::hit_ratio;
use crate::db::{DbError, cache_samples};

/// After so many missed reports an instance counts as silent.
const MISSED: u32 = 3;
/// A lag above this stands out; the alert has the same threshold.
pub const MOST_LAG: Duration = Duration::from_secs(10);

/// The state of an instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct InstanceState {
    /// The machine's name and the address that the instance listens on.
    pub name: String,
    /// The version.
    pub version: String,
    /// The build.
    pub build: String,
    /// When it started.
    pub started: DateTime<Utc>,
    /// How long ago everything committed was last known to be applied, in milliseconds.
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

/// An instance, and how long ago it reported its state.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Instance {
    /// The state.
    pub state: InstanceState,
    /// Whether it is the one that tells.
    pub is_this: bool,
    /// Seconds since its report.
    pub reported_seconds_ago: u64,
    /// What is wrong with it; null if nothing is.
    pub problem: Option<String>,
}

/// The reports of the other instances, and when they were read.
pub(super) type Reports = Option<(Instant, Vec<(InstanceState, Duration)>)>;

impl Instance {
    fn new(state: InstanceState, ago: Duration, is_this: bool) -> Self {
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

impl Management {
    /// The state of this instance.
    fn own_state(&self, now: DateTime<Utc>) -> InstanceState {
        let (cache, tiers) = (&self.cache, self.cache.tier_state());
        let lately = self.history.lately(&cache.metrics().pages(), now);
        let age = chrono::TimeDelta::from_std(self.started.elapsed()).unwrap_or_default();
        InstanceState {
            name: self.name(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: env!("BUILD_ID").to_owned(),
            started: now - age,
            lag_ms: u64::try_from(cache.caught_up_since().as_millis()).unwrap_or(u64::MAX),
            memory_lease: cache.memory_is_armed(),
            redis_lease: cache.is_following(),
            redis: tiers.redis.to_owned(),
            hits: lately.cached(),
            misses: lately.computed(),
            memory_bytes: cache.report_memory().bytes,
            memory_limit: tiers.memory_bound,
        }
    }

    /// The machine's name and the address that this instance listens on.
    fn name(&self) -> String {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = host.trim();
        match self.loopback.place() {
            Some(place) => format!("{host}{place}"),
            None => host.to_owned(),
        }
    }

    /// Reports the state of this instance, and reads the reports of the others.
    pub(super) async fn exchange_reports(&self, now: DateTime<Utc>) -> Result<(), DbError> {
        let client = self.database.client().await?;
        let own = self.history.instance();
        cache_samples::report(&client, own, &json!(self.own_state(now))).await?;
        let others = cache_samples::list_instances(&client, own).await?;
        // A report of a later release that can't be read is left out.
        let others = others
            .into_iter()
            .filter_map(|(state, ago)| Some((serde_json::from_value(state).ok()?, ago)));
        self.reports.send_replace(Some((Instant::now(), others.collect())));
        Ok(())
    }

    /// Every instance that has reported itself lately, this one first.
    pub(super) fn instances(&self, now: DateTime<Utc>) -> Vec<Instance> {
        let own = Instance::new(self.own_state(now), Duration::ZERO, true);
        let reports = self.reports.borrow();
        let others = reports.iter().flat_map(|(read, others)| {
            let others = others.iter();
            others.map(|(state, ago)| Instance::new(state.clone(), *ago + read.elapsed(), false))
        });
        std::iter::once(own).chain(others).collect()
    }

    /// Withdraws the report of this instance, because it ends.
    pub(super) async fn withdraw_report(&self) -> Result<(), DbError> {
        let client = self.database.client().await?;
        cache_samples::forget_instance(&client, self.history.instance()).await
    }
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
