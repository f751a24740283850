//! The state of the levels, and a test of each.

use serde_json::{Value, json};

use super::Management;
use super::figures::{EventState, why_not};
use crate::cache::{BODIES, CacheError, CacheKey, Census, Level, LevelReport};
use crate::db::event_log;
use crate::db::event_replay::{self, Replay};
use crate::domain::{ListingFilter, ListingQuery, LogPosition};
use crate::services::families::{FAMILIES, PAGES, family_of};
use crate::services::{Listings, ServiceError};

impl Management {
    /// The size of each level (exact up to a limited number of keys, estimated beyond it), the remaining lifetimes of
    /// the default list and of the count, and the state of the event log. It answers during every outage, and reports
    /// it.
    pub async fn status(&self) -> Value {
        let mut levels = serde_json::Map::new();
        let armed = self.cache.memory_is_armed();
        let LevelReport { entries, bytes } = self.cache.report_memory();
        let memory = json!({
            "enabled": armed.is_some(), "reachable": true, "armed": armed == Some(true),
            "entries": entries, "bytes": bytes,
        });
        levels.insert(Level::PageMemory.field().to_owned(), memory);
        let (enabled, census) = (self.cache.redis_is_up().is_some(), self.census().await);
        let reachable = matches!(census, Ok(_) | Err(CacheError::Refused(_)));
        for (level, family) in FAMILIES {
            let mut state = json!({
                "enabled": enabled, "reachable": reachable, "entries": null, "bytes": null, "estimated": false,
            });
            let reason = match &census {
                Ok(census) => {
                    state["entries"] = json!(census.entries(family));
                    // A page's bodies have their own keys.
                    let bodies = if family == PAGES { census.bytes(BODIES) } else { Some(0) };
                    let bytes = census.bytes(family).zip(bodies);
                    state["bytes"] = json!(bytes.map(|(entries, bodies)| entries + bodies));
                    state["estimated"] = json!(!census.sampled.is_complete());
                    census.unweighed.as_ref().map(|err| self.why_not(err))
                }
                // Without a Redis, it has no entries.
                Err(_) if !enabled => {
                    (state["entries"], state["bytes"]) = (json!(0), json!(0));
                    None
                }
                Err(err) => Some(self.why_not(err)),
            };
            if let Some(reason) = reason {
                state["reason"] = json!(reason);
            }
            levels.insert(level.field().to_owned(), state);
        }
        let list = Listings::list_key(&ListingQuery::default());
        let count = Listings::count_key(&ListingFilter::default());
        json!({
            "success": true,
            "levels": levels,
            "ttl": {
                "all_properties": self.seconds_left(&list).await,
                "property_count": self.seconds_left(&count).await,
            },
            "events": self.event_state().await,
        })
    }

    /// Sets, gets, expires and deletes a probe key at each configured level. If Redis fails, the result has the steps
    /// until then, and the reason.
    pub async fn test(&self) -> Value {
        let mut steps = self.cache.probe_memory();
        let tiers = self.cache.tier_state();
        let probed = match tiers.redis {
            "off" => Ok(Vec::new()),
            _ if tiers.answers => self.cache.probe_redis().await,
            _ => Err(CacheError::Unavailable),
        };
        let error = probed.map(|more| steps.extend(more)).err();
        let success = steps.iter().all(|step| step.success);
        // The steps report refused commands.
        let is_lost = success && !matches!(tiers.redis, "up" | "off");
        match error.or(is_lost.then_some(CacheError::Unavailable)).map(ServiceError::from) {
            None => json!({"success": success, "steps": steps}),
            Some(err) => json!({"success": false, "steps": steps, "error": err.to_string()}),
        }
    }

    pub(super) async fn census(&self) -> Result<Census, CacheError> {
        match self.cache.tier_state().answers {
            true => self.cache.census(family_of, u64::MAX).await,
            // A known outage is not waited for again.
            false => Err(CacheError::Unavailable),
        }
    }

    /// Why some information about Redis is missing.
    pub(super) fn why_not(&self, err: &CacheError) -> String {
        why_not(err, &self.cache.tier_state())
    }

    /// The remaining lifetime of a valid entry; `None` if there is none.
    pub(super) async fn seconds_left(&self, key: &CacheKey) -> Option<u64> {
        let redis = self.cache.inspect(key).await.redis;
        Some(redis.ok()?.time_left()?.as_secs())
    }

    /// Asks the database and Redis; the values of an unreachable one are `None`.
    pub(super) async fn event_state(&self) -> EventState {
        let held = self.cache.position().await.ok().and_then(|held| held.text);
        let position = held.and_then(|text| text.parse::<LogPosition>().ok());
        let (mut last_id, mut lag) = (None, None);
        if let Ok(client) = self.database.client().await {
            last_id = event_log::find_last_id(&client).await.ok().flatten();
            let log = event_replay::read(&client, MOST_LAG, &[position.as_ref()]).await;
            lag = log.ok().and_then(|log| match &log.replays[..] {
                [Replay::Events(events)] => Some(events.len() as u64),
                _ => None,
            });
        }
        EventState { last_id, position: position.map(|position| position.snapshot.xmin()), lag }
    }
}

/// The maximum number of events that are counted as lag; beyond it, no number is given.
const MOST_LAG: i64 = 10_000;
