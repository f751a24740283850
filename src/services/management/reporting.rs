//! Reports the state of this instance, and reads the reports of the others.
//!
//! **Invariant:** no request waits for a report to be written or read. Both happen while the counters are sampled.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Management;
use super::instances::{Instance, InstanceState};
use crate::db::{DbError, cache_samples};

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
        // An unreadable report of a later release is skipped.
        let others = others
            .into_iter()
            .filter_map(|(state, ago)| Some((serde_json::from_value(state).ok()?, ago)));
        self.reports.send_replace(Some((Instant::now(), others.collect())));
        Ok(())
    }

    /// Every instance that has reported recently, this one first.
    pub(super) fn instances(&self, now: DateTime<Utc>) -> Vec<Instance> {
        let own = Instance::new(self.own_state(now), Duration::ZERO, true);
        let reports = self.reports.borrow();
        let others = reports.iter().flat_map(|(read, others)| {
            let others = others.iter();
            others.map(|(state, ago)| Instance::new(state.clone(), *ago + read.elapsed(), false))
        });
        std::iter::once(own).chain(others).collect()
    }

    /// Deletes the report of this instance, because it ends.
    pub(super) async fn withdraw_report(&self) -> Result<(), DbError> {
        let client = self.database.client().await?;
        cache_samples::forget_instance(&client, self.history.instance()).await
    }
}
