//! The data of the dashboard at one moment.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Management;
use super::figures::Report;
use super::history::{Range, Series};
use super::instances::Instance;
use super::keys::{KeyFamily, Keys};
use super::rating::hit_ratio;
use super::warming::WarmState;
use crate::cache::metrics::PageCounts;
use crate::cache::{CacheError, LevelReport, PastInvalidation};
use crate::db::history;
use crate::domain::ChangeMark;
use crate::services::families::{kind_names, kind_of};

/// The data of the dashboard.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The time of these figures.
    pub at: DateTime<Utc>,
    /// The counters and Redis's own figures.
    pub report: Report,
    /// The size of this process's memory tier.
    pub memory: LevelReport,
    /// Redis's keys, or why they are unknown.
    pub keys: Result<Keys, String>,
    /// The last invalidations of this process, the latest first.
    pub invalidations: Vec<PastInvalidation>,
    /// The progress of warming.
    pub warm: WarmState,
    /// The pages of this instance in the last quarter of an hour.
    pub lately: PageCounts,
    /// The data of the selected range.
    pub series: Series,
    /// The instances, this one first.
    pub instances: Vec<Instance>,
}

/// The number of keys that are weighed in each family.
const MOST_WEIGHED: u64 = 40;
/// The maximum number of change marks.
const MOST_MARKS: i64 = 60;
/// How long a census of the keys is reused for live streams.
const KEYS_FOR: Duration = Duration::from_secs(10);

impl Management {
    /// The data of the dashboard now; also logged.
    pub async fn overview(&self, range: Range) -> Overview {
        let report = self.report().await;
        let keys = self.keys().await;
        self.overview_of(range, report, keys).await
    }

    /// The data for live streams: not logged, and the keys may be some seconds old.
    pub(super) async fn overview_at_leisure(&self, range: Range) -> Overview {
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
        self.overview_of(range, report, keys).await
    }

    async fn overview_of(
        &self,
        range: Range,
        report: Report,
        keys: Result<Keys, String>,
    ) -> Overview {
        let now = Utc::now();
        self.load_history(now).await;
        let history = self.history();
        let lately = history.lately(&report.pages, now);
        let mut series = history.series(range, &report.pages, now);
        series.marks = self.marks(range, series.between.0).await;
        Overview {
            at: now,
            report,
            memory: self.cache.report_memory(),
            keys,
            invalidations: self.cache.recent_invalidations(),
            warm: self.warm_state(),
            lately,
            series,
            instances: self.instances(now),
        }
    }

    /// The changes since a time; `None` if the history can't be read.
    async fn marks(&self, range: Range, from: i64) -> Option<Vec<ChangeMark>> {
        let from = DateTime::from_timestamp(from, 0)?;
        let client = self.database.client().await.ok()?;
        let marks = history::list_marks(&client, from, range.table_step() as f64, MOST_MARKS);
        marks.await.ok()
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
        hit_ratio(self.lately.cached(), self.lately.computed())
    }

    /// The figures as JSON, with the other data of the dashboard.
    pub fn json(&self) -> Value {
        let mut json = self.report.json();
        let metrics = &mut json["metrics"];
        metrics["pages"]["last_15_minutes"] = json!({
            "hits": self.lately.cached(), "misses": self.lately.computed(),
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
        metrics["history"] = self.series.json();
        metrics["instances"] = json!(self.instances);
        json
    }
}
