//! All that the dashboard shows, at one moment.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Management;
use super::figures::Report;
use super::history::Point;
use super::keys::{KeyFamily, Keys};
use super::rating::hit_ratio;
use super::warming::WarmState;
use crate::cache::metrics::PageCounts;
use crate::cache::{CacheError, LevelReport, PastInvalidation};
use crate::services::families::{kind_names, kind_of};

/// All that the dashboard shows.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The time of these figures.
    pub at: DateTime<Utc>,
    /// The counters, Redis's own figures, and what both advise.
    pub report: Report,
    /// The memory tier of this process.
    pub memory: LevelReport,
    /// Redis's keys, or why they are not known.
    pub keys: Result<Keys, String>,
    /// The last invalidations of this process, the latest first.
    pub invalidations: Vec<PastInvalidation>,
    /// How far warming is.
    pub warm: WarmState,
    /// The pages of this instance in the last quarter of an hour.
    pub lately: PageCounts,
    /// The last quarter of an hour, the earliest first.
    pub minutes: Vec<Point>,
    /// The last day in steps of five minutes, the earliest first.
    pub day: Vec<Point>,
    /// The last quarter of an hour by the minute, the latest first.
    pub by_minute: Vec<Point>,
    /// The last day by the hour, the latest first.
    pub by_hour: Vec<Point>,
}

/// So many keys of each family are weighed.
const MOST_WEIGHED: u64 = 40;
/// How long a look at the keys is good enough for those who watch.
const KEYS_FOR: Duration = Duration::from_secs(10);

impl Management {
    /// All that the dashboard shows, as it is now; also logged.
    pub async fn overview(&self) -> Overview {
        let report = self.report().await;
        let keys = self.keys().await;
        self.overview_of(report, keys).await
    }

    /// The same for those who watch: not logged, and the keys may be those of some seconds ago.
    pub(super) async fn overview_at_leisure(&self) -> Overview {
        let keys = {
            let mut last = self.last_keys.lock().await;
            match &*last {
                Some((at, keys)) if at.elapsed() < KEYS_FOR => keys.clone(),
                _ => {
                    let keys = self.keys().await;
                    *last = Some((Instant::now(), keys.clone()));
                    keys
                }
            }
        };
        let report = self.figures().await;
        self.overview_of(report, keys).await
    }

    async fn overview_of(&self, report: Report, keys: Result<Keys, String>) -> Overview {
        let now = Utc::now();
        self.load_history(now).await;
        let history = self.history();
        let lately = history.lately(&report.pages, now);
        let mut by_hour = history.last_day(now, 3600);
        by_hour.reverse();
        Overview {
            at: now,
            report,
            memory: self.cache.report_memory(),
            keys,
            invalidations: self.cache.recent_invalidations(),
            warm: self.warm_state(),
            lately,
            minutes: history.last_minutes(now),
            day: history.last_day(now, 300),
            by_minute: history.by_minute(now),
            by_hour,
        }
    }

    async fn keys(&self) -> Result<Keys, String> {
        let census = match self.cache.tier_state().answers {
            true => self.cache.census(|key| Some(kind_of(key)), MOST_WEIGHED).await,
            false => Err(CacheError::Unavailable),
        };
        let census = census.map_err(|err| self.why_not(&err))?;
        let family = |name| {
            let found = census.families.get(name)?;
            Some(KeyFamily {
                name,
                entries: census.entries(name),
                bytes: census.bytes(name),
                weighed: found.weighed,
            })
        };
        Ok(Keys {
            looked_at: census.sampled.looked_at,
            total: census.sampled.total,
            estimated: !census.sampled.is_complete(),
            foreign: census.sampled.scaled(census.foreign),
            families: kind_names().filter_map(family).collect(),
            reason: census.unweighed.as_ref().map(|err| self.why_not(err)),
        })
    }
}

impl Overview {
    /// The hit ratio of the last quarter of an hour.
    pub fn lately_hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.lately.cached, self.lately.computed)
    }

    /// The figures as SPEC's JSON, with what the dashboard shows besides.
    pub fn json(&self) -> Value {
        let mut json = self.report.json();
        let metrics = &mut json["metrics"];
        metrics["pages"]["last_15_minutes"] = json!({
            "hits": self.lately.cached, "misses": self.lately.computed,
            "hit_ratio": self.lately_hit_ratio(),
        });
        metrics["memory_tier"] = json!({
            "enabled": self.report.tiers.memory_bound > 0, "entries": self.memory.entries,
            "bytes": self.memory.bytes, "max_bytes": self.report.tiers.memory_bound,
        });
        metrics["keys"] = json!(self.keys.as_ref().ok());
        if let Err(reason) = &self.keys {
            metrics["keys_reason"] = json!(reason);
        }
        metrics["invalidations"] = json!(self.invalidations);
        metrics["history"] = self.history_json();
        json
    }

    /// The data of the charts.
    pub fn history_json(&self) -> Value {
        json!({"last_15_minutes": self.minutes, "last_24_hours": self.day})
    }
}
