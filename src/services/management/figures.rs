//! The cache's figures, and what they advise.

use serde_json::{Value, json};

use super::Management;
use crate::cache::metrics::LevelCounts;
use crate::cache::{Cache, Level, RedisReport};

/// The figures at one moment.
#[derive(Debug, Clone)]
pub struct Report {
    /// What Redis says of itself; `None` when it is out of reach or off.
    pub redis: Option<RedisReport>,
    /// The site's own counters.
    pub levels: Vec<LevelFigures>,
    /// How many pages the cache answered, and how many it could not.
    pub pages: (u64, u64),
}

/// The counters of one level since the program started.
#[derive(Debug, Clone)]
pub struct LevelFigures {
    /// The level.
    pub level: Level,
    /// Its counters.
    pub counts: LevelCounts,
}

/// `hits / (hits + misses)`; `None` when there were neither.
pub(super) fn hit_ratio(hits: u64, misses: u64) -> Option<f64> {
    let total = hits + misses;
    (total > 0).then(|| hits as f64 / total as f64)
}

/// The rating of a ratio.
pub fn rating(ratio: Option<f64>) -> &'static str {
    match ratio {
        Some(ratio) if ratio >= 0.9 => "Excellent",
        Some(ratio) if ratio >= 0.7 => "Good",
        Some(ratio) if ratio >= 0.5 => "Fair",
        Some(_) => "Poor",
        None => "No data",
    }
}

impl LevelFigures {
    pub(super) fn of(cache: &Cache, level: Level) -> Self {
        let counts = cache.metrics().level(level);
        Self { level, counts }
    }

    /// The level's hit ratio.
    pub fn hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.counts.hits, self.counts.misses)
    }

    /// The duration below which a share of its hits took, in microseconds.
    pub fn quantile(&self, share: f64) -> u64 {
        self.counts.hit_times.quantile_micros(share)
    }

    fn json(&self) -> Value {
        let counts = &self.counts;
        json!({
            "hits": counts.hits, "misses": counts.misses, "stale": counts.stale, "bypass": counts.bypass,
            "stores": counts.stores, "invalidations": counts.invalidations, "collapsed": counts.collapsed,
            "errors": counts.errors, "hit_ratio": self.hit_ratio(),
            "p50_us": self.quantile(0.5), "p95_us": self.quantile(0.95), "p99_us": self.quantile(0.99),
            "load_p50_us": counts.load_times.quantile_micros(0.5),
            "load_p99_us": counts.load_times.quantile_micros(0.99),
        })
    }
}

/// How many pages the cache answered, of whichever level, and how many had to be computed or were waited for.
pub(in crate::services) fn page_counts(cache: &Cache) -> (u64, u64) {
    let memory = cache.metrics().level(Level::PageMemory);
    let redis = cache.metrics().level(Level::PageRedis);
    let missed = match cache.redis_is_up() {
        Some(_) => redis.misses + redis.bypass,
        None => memory.misses,
    };
    (memory.hits + redis.hits, missed)
}

impl Report {
    /// A number of `INFO`; 0 when Redis is out of reach.
    pub fn number(&self, field: &str) -> u64 {
        self.redis.as_ref().map_or(0, |redis| redis.number(field))
    }

    /// A text of `INFO`; empty when Redis is out of reach.
    pub fn text(&self, field: &str) -> &str {
        self.redis
            .as_ref()
            .and_then(|redis| redis.text(field))
            .unwrap_or("")
    }

    /// Redis's own hit ratio, over every client and key.
    pub fn server_hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.number("keyspace_hits"), self.number("keyspace_misses"))
    }

    /// Memory in use divided by memory asked for; `None` when Redis is out of reach.
    pub fn fragmentation(&self) -> Option<f64> {
        self.text("mem_fragmentation_ratio").parse().ok()
    }

    /// The hit ratio of the pages that readers asked this instance for, whichever level answered.
    pub fn page_hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.pages.0, self.pages.1)
    }

    /// One sentence on how well the cache does.
    pub fn efficiency(&self) -> String {
        if self.redis.is_none() {
            return "Redis can't be reached: pages come from this program's memory, or are computed.".to_owned();
        }
        match self.page_hit_ratio() {
            Some(ratio) => format!(
                "{:.1} % of the pages asked for came from the cache.",
                ratio * 100.0
            ),
            None => "No pages have been asked for yet.".to_owned(),
        }
    }

    /// What the figures advise, each with its figure and the setting to change.
    pub fn recommendations(&self) -> Vec<String> {
        let mut advice = Vec::new();
        if self.redis.is_none() {
            advice.push(
                "Redis can't be reached. Start it, or correct REDIS_URL; the site uses it again by itself.".to_owned(),
            );
            return advice;
        }
        let ratio = self.page_hit_ratio();
        if let Some(ratio) = ratio.filter(|ratio| *ratio < 0.7) {
            advice.push(format!(
                "The page hit ratio is {:.1} %, below 70 %. Raise PAGE_CACHE_TTL, or warm the cache with \
                 “manage_cache --warm” after a deployment.",
                ratio * 100.0
            ));
        }
        let evicted = self.number("evicted_keys");
        if evicted > 0 {
            advice.push(format!(
                "Redis has evicted {evicted} keys. Raise its maxmemory setting."
            ));
        }
        if self.number("maxmemory") == 0 {
            advice.push(
                "maxmemory is 0, no limit. Set maxmemory, so that Redis can't exhaust the machine."
                    .to_owned(),
            );
        }
        if self.text("maxmemory_policy") == "noeviction" {
            advice.push(
                "maxmemory_policy is noeviction: a full Redis refuses new entries. Set it to allkeys-lru.".to_owned(),
            );
        }
        // Of a small data set the allocator's own overhead is most.
        let sizeable = self.number("used_memory") > 64 * 1024 * 1024;
        if let Some(ratio) = self
            .fragmentation()
            .filter(|ratio| *ratio > 1.5 && sizeable)
        {
            advice.push(format!(
                "The fragmentation ratio is {ratio:.2}, above 1.5. Set activedefrag to yes, or restart Redis."
            ));
        }
        if advice.is_empty() {
            advice.push("Nothing to change.".to_owned());
        }
        advice
    }

    /// The figures as SPEC's JSON.
    pub fn json(&self) -> Value {
        let ratio = self.server_hit_ratio();
        let levels: serde_json::Map<_, _> = self
            .levels
            .iter()
            .map(|f| (f.level.field().to_owned(), f.json()))
            .collect();
        json!({"success": true, "metrics": {
            "redis": {"reachable": self.redis.is_some()},
            "cache_performance": {
                "keyspace_hits": self.number("keyspace_hits"),
                "keyspace_misses": self.number("keyspace_misses"),
                "hit_ratio": ratio,
                "hit_ratio_percent": ratio.map(|ratio| (ratio * 10_000.0).round() / 100.0),
                "performance_rating": rating(ratio),
            },
            "memory_usage": {
                "used_memory": self.number("used_memory"),
                "used_memory_human": self.text("used_memory_human"),
                "maxmemory": self.number("maxmemory"),
                "maxmemory_policy": self.text("maxmemory_policy"),
                "evicted_keys": self.number("evicted_keys"),
                "fragmentation_ratio": self.fragmentation(),
            },
            "connection_stats": {
                "connected_clients": self.number("connected_clients"),
                "total_connections_received": self.number("total_connections_received"),
                "total_commands_processed": self.number("total_commands_processed"),
                "instantaneous_ops_per_sec": self.number("instantaneous_ops_per_sec"),
            },
            "levels": levels,
            "analysis": {
                "cache_efficiency": self.efficiency(),
                "recommendations": self.recommendations(),
            },
        }})
    }
}

impl Management {
    /// The figures now; also logged.
    pub async fn report(&self) -> Report {
        let report = Report {
            redis: self.cache.report_redis().await.ok(),
            pages: page_counts(&self.cache),
            levels: Level::ALL
                .iter()
                .map(|level| LevelFigures::of(&self.cache, *level))
                .collect(),
        };
        log::info!(
            "cache metrics keyspace_hits={} keyspace_misses={} rating=\"{}\" used_memory={} {}",
            report.number("keyspace_hits"),
            report.number("keyspace_misses"),
            rating(report.server_hit_ratio()),
            report.number("used_memory"),
            report.efficiency(),
        );
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable() -> Report {
        Report {
            redis: None,
            levels: Vec::new(),
            pages: (0, 0),
        }
    }

    #[test]
    fn ratings_follow_their_thresholds() {
        for (ratio, want) in [
            (0.9, "Excellent"),
            (0.899, "Good"),
            (0.7, "Good"),
            (0.5, "Fair"),
            (0.49, "Poor"),
        ] {
            assert_eq!(rating(Some(ratio)), want);
        }
        assert_eq!(rating(hit_ratio(0, 0)), "No data");
        assert_eq!(hit_ratio(150, 50), Some(0.75));
    }

    #[test]
    fn an_unreachable_redis_is_said_and_its_figures_are_no_numbers() {
        let json = unreachable().json();
        assert_eq!(json["metrics"]["redis"]["reachable"], false);
        assert!(json["metrics"]["cache_performance"]["hit_ratio"].is_null());
        assert!(
            json["metrics"]["analysis"]["recommendations"][0]
                .as_str()
                .is_some_and(|t| t.contains("REDIS_URL"))
        );
    }
}
