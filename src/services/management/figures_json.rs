//! The figures as JSON.

use serde_json::{Value, json};

use super::figures::{LevelFigures, Report};
use super::rating::rating;

impl Report {
    /// The figures as JSON.
    pub fn json(&self) -> Value {
        let ratio = self.server_hit_ratio();
        let levels: serde_json::Map<_, _> = self
            .levels
            .iter()
            .map(|figures| (figures.level.field().to_owned(), self.level_json(figures)))
            .collect();
        let mut json = json!({"success": true, "metrics": {
            "redis": {
                "reachable": self.is_redis_reachable(), "state": self.redis_state(),
                "connections": self.tiers.connections, "problem": self.tiers.problem,
                "refused": self.tiers.refusals, "uptime_seconds": self.number("uptime_in_seconds"),
            },
            "pages": {
                "hits": self.pages.cached(), "misses": self.pages.computed(), "hit_ratio": self.page_hit_ratio(),
                "since_seconds": self.age.as_secs(),
            },
            "events": {
                "last_id": self.events.last_id, "position": self.events.position, "lag": self.events.lag,
                "listening": self.tiers.listening,
            },
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
        }});
        // If Redis reports no figures, they are null, and the reason is given.
        if let Some(reason) = self.why_no_figures() {
            for group in ["redis", "cache_performance", "memory_usage", "connection_stats"] {
                json["metrics"][group]["reason"] = json!(reason);
            }
        }
        json
    }

    fn level_json(&self, figures: &LevelFigures) -> Value {
        let counts = &figures.counts;
        json!({
            "hits": counts.hits, "misses": counts.misses, "stale": counts.stale, "bypass": counts.bypass,
            "stores": counts.stores, "invalidations": counts.invalidations, "collapsed": counts.collapsed,
            "errors": counts.errors, "hit_ratio": figures.hit_ratio(),
            "p50_us": figures.quantile(0.5), "p95_us": figures.quantile(0.95), "p99_us": figures.quantile(0.99),
            "load_p50_us": figures.load_quantile(0.5), "load_p95_us": figures.load_quantile(0.95),
            "load_p99_us": figures.load_quantile(0.99),
            "saved": self.saved(figures),
        })
    }
}
