//! `templates/management/dashboard.html` and the figures on it.

use askama::Template;
use chrono::{DateTime, TimeZone as _, Utc};

use super::levels::{LevelRow, level_rows};
use super::{bytes, duration, nobody, percent, ratio, timed};
use crate::http::admin::staff::Frame;
use crate::http::views::filters;
use crate::services::{Overview, PastInvalidation, Point, rating};

/// The cache-stats dashboard.
#[derive(Template)]
#[template(path = "management/dashboard.html")]
pub(in crate::http) struct DashboardPage<'a> {
    frame: Frame,
    figures: Figures<'a>,
}

/// What changes on the dashboard while it is watched.
#[derive(Template)]
#[template(path = "management/figures.html")]
pub(in crate::http) struct FiguresPart<'a> {
    figures: Figures<'a>,
}

/// The figures, as both show them.
struct Figures<'a> {
    overview: &'a Overview,
    /// The share of pages that the cache answered.
    ratio: Option<String>,
    hits: u64,
    lookups: u64,
    levels: Vec<LevelRow>,
    invalidations: Vec<(DateTime<Utc>, &'a PastInvalidation)>,
    redis: Ways,
    server: Option<Server>,
}

/// How it stands with Redis.
struct Ways {
    /// In a word or two.
    state: &'static str,
    /// What that means.
    about: &'static str,
    /// Whether something is wrong.
    wrong: bool,
}

/// What the server says of itself.
struct Server {
    ratio: Option<String>,
    rating: &'static str,
    hits: u64,
    misses: u64,
    memory: String,
    limit: String,
    /// How much of the limit is used, in percent; `None` without one.
    used: Option<u64>,
    policy: String,
    evicted: u64,
    fragmentation: String,
    clients: u64,
    commands: u64,
    commands_per_second: u64,
    version: String,
    uptime: String,
}

impl<'a> DashboardPage<'a> {
    pub(in crate::http) fn new(frame: Option<Frame>, overview: &'a Overview) -> Self {
        Self {
            frame: frame.unwrap_or_else(nobody),
            figures: Figures::new(overview),
        }
    }
}

impl<'a> FiguresPart<'a> {
    pub(in crate::http) fn new(overview: &'a Overview) -> Self {
        Self {
            figures: Figures::new(overview),
        }
    }
}

impl<'a> Figures<'a> {
    fn new(overview: &'a Overview) -> Self {
        let report = &overview.report;
        let pages = report.pages;
        Self {
            overview,
            ratio: report.page_hit_ratio().map(percent),
            hits: pages.cached,
            lookups: pages.cached + pages.computed,
            levels: level_rows(report),
            invalidations: overview
                .invalidations
                .iter()
                .map(|past| (past.at.into(), past))
                .collect(),
            redis: ways(report.redis_state()),
            server: report.redis.is_some().then(|| server(overview)),
        }
    }

    /// The pages that this process holds, with their limit.
    fn memory(&self) -> String {
        match self.overview.report.tiers.memory_bound {
            0 => "Off".to_owned(),
            bound => format!("{} of {}", bytes(self.overview.memory.bytes), bytes(bound)),
        }
    }

    /// How much of the memory tier's limit is used, in percent.
    fn memory_used(&self) -> Option<u64> {
        let bound = self.overview.report.tiers.memory_bound;
        (bound > 0).then(|| self.overview.memory.bytes * 100 / bound)
    }

    fn lag(&self) -> String {
        match self.overview.report.events.lag {
            Some(0) => "Up to date".to_owned(),
            Some(1) => "1 event".to_owned(),
            Some(lag) => format!("{lag} events"),
            None => "Not known".to_owned(),
        }
    }

    /// What happened, for people.
    fn cause(&self, past: &PastInvalidation) -> &'static str {
        match past.cause {
            "post_save" => "saved",
            "post_delete" => "deleted",
            "bulk" => "changed in bulk",
            "clear" => "cleared",
            "replay" => "caught up with",
            _ => "changed",
        }
    }

    fn time_of(&self, point: &Point) -> String {
        let at = Utc.timestamp_opt(point.at, 0).single().unwrap_or_default();
        at.format("%H:%M").to_string()
    }

    fn ratio_of(&self, point: &Point) -> String {
        ratio(point.hit_ratio)
    }

    fn took(&self, micros: &Option<u64>) -> String {
        timed(micros.unwrap_or(0), micros.is_some())
    }

    fn bytes(&self, number: &u64) -> String {
        bytes(*number)
    }
}

fn ways(redis: &str) -> Ways {
    match redis {
        "up" => Ways {
            state: "In use",
            about: "Redis answers.",
            wrong: false,
        },
        "repairing" => Ways {
            state: "Being repaired",
            about: "Redis is connected; it is used once the missed events are applied.",
            wrong: true,
        },
        "off" => Ways {
            state: "Off",
            about: "Set REDIS_URL to use one.",
            wrong: false,
        },
        _ => Ways {
            state: "Out of reach",
            about: "It is tried four times a second.",
            wrong: true,
        },
    }
}

fn server(overview: &Overview) -> Server {
    let report = &overview.report;
    let (used, max) = (report.number("used_memory"), report.number("maxmemory"));
    Server {
        ratio: report.server_hit_ratio().map(percent),
        rating: rating(report.server_hit_ratio()),
        hits: report.number("keyspace_hits"),
        misses: report.number("keyspace_misses"),
        memory: bytes(used),
        limit: if max == 0 {
            "no limit".to_owned()
        } else {
            bytes(max)
        },
        used: (max > 0).then(|| used.saturating_mul(100) / max),
        policy: report.text("maxmemory_policy").to_owned(),
        evicted: report.number("evicted_keys"),
        fragmentation: match report.fragmentation() {
            Some(ratio) if ratio.is_finite() => format!("{ratio:.2}"),
            _ => "no data".to_owned(),
        },
        clients: report.number("connected_clients"),
        commands: report.number("total_commands_processed"),
        commands_per_second: report.number("instantaneous_ops_per_sec"),
        version: match report.text("valkey_version") {
            "" => format!("Redis {}", report.text("redis_version")),
            version => format!("Valkey {version}"),
        },
        uptime: duration(report.number("uptime_in_seconds").saturating_mul(1_000_000)),
    }
}
