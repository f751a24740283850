//! The data of `templates/management/dashboard.html`.

use askama::Template;
use chrono::{DateTime, Utc};

use super::units::{self as filters, said_bytes};
use crate::cache::PastInvalidation;
use crate::http::views::frame::Frame;
use crate::services::{LevelFigures, MOST_LAG, Overview, Range, Report, Series, TableRow, rating};

/// The dashboard page.
#[derive(Template)]
#[template(path = "management/dashboard.html")]
pub(in crate::http) struct DashboardPage<'a> {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) figures: Figures<'a>,
}

/// The part of the dashboard that is updated live.
#[derive(Template)]
#[template(path = "management/figures.html")]
pub(in crate::http) struct FiguresPart<'a> {
    pub(in crate::http) figures: Figures<'a>,
}

/// The figures of the dashboard page and its live part.
pub(in crate::http) struct Figures<'a> {
    pub(super) overview: &'a Overview,
    pub(super) report: &'a Report,
    pub(super) series: &'a Series,
    redis: RedisState,
}

/// The state of Redis in words.
struct RedisState {
    /// The state in a word or two.
    state: &'static str,
    /// The meaning of the state.
    about: String,
    /// The effect on readers, if something is wrong.
    wrong: Option<String>,
}

impl<'a> Figures<'a> {
    /// Every range, for the links.
    fn ranges(&self) -> [Range; 4] {
        Range::ALL
    }

    pub(in crate::http) fn of(overview: &'a Overview) -> Self {
        let report = &overview.report;
        Self { overview, report, series: &overview.series, redis: ways(report) }
    }

    /// The size of the pages in this process, with its limit.
    fn memory(&self) -> String {
        match self.report.tiers.memory_bound {
            0 => "Off".to_owned(),
            bound => format!("{} of {}", said_bytes(self.overview.memory.bytes), said_bytes(bound)),
        }
    }

    /// How much of the memory tier's limit is used, in percent.
    fn memory_used(&self) -> Option<u64> {
        let bound = self.report.tiers.memory_bound;
        (bound > 0).then(|| self.overview.memory.bytes * 100 / bound)
    }

    /// How much of Redis's limit is used, in percent; `None` without one.
    fn redis_used(&self) -> Option<u64> {
        let max = self.report.number("maxmemory").filter(|max| *max > 0)?;
        Some(self.report.number("used_memory")?.saturating_mul(100) / max)
    }

    fn lag(&self) -> String {
        match self.report.events.lag {
            Some(0) => "Up to date".to_owned(),
            Some(1) => "1 event".to_owned(),
            Some(lag) => format!("{lag} events"),
            None => "Not known".to_owned(),
        }
    }

    /// The cause of an invalidation in words.
    fn cause(&self, past: &PastInvalidation) -> &'static str {
        match past.cause {
            "post_save" => "saved",
            "post_delete" => "deleted",
            "bulk" => "changed in bulk",
            "clear" => "cleared",
            "replay" => "replayed",
            _ => "changed",
        }
    }

    fn time_of_invalidation(&self, past: &PastInvalidation) -> DateTime<Utc> {
        past.at.into()
    }

    /// The counts: hits, misses, stale, collapsed, bypassed, stored, invalidated, errors.
    fn counts(&self, level: &LevelFigures) -> [u64; 8] {
        let counts = &level.counts;
        let [hits, misses, stale] = [counts.hits, counts.misses, counts.stale];
        let [collapsed, bypass, stores] = [counts.collapsed, counts.bypass, counts.stores];
        [hits, misses, stale, collapsed, bypass, stores, counts.invalidations, counts.errors]
    }

    /// The median, the 95th and 99th percentiles of hits, then of loads.
    fn times(&self, level: &LevelFigures) -> [Option<u64>; 6] {
        let (hits, loads) = (&level.counts.hit_times, &level.counts.load_times);
        let hit = |share| (hits.total() > 0).then(|| level.quantile(share));
        let load = |share| (loads.total() > 0).then(|| level.load_quantile(share));
        [hit(0.5), hit(0.95), hit(0.99), load(0.5), load(0.95), load(0.99)]
    }

    fn text(&self, field: &str) -> &str {
        self.report.text(field).unwrap_or("not known")
    }

    fn version(&self) -> String {
        match self.report.text("valkey_version") {
            None => format!("Redis {}", self.text("redis_version")),
            Some(version) => format!("Valkey {version}"),
        }
    }

    fn rating(&self) -> &'static str {
        rating(self.report.server_hit_ratio())
    }

    fn uptime(&self) -> Option<u64> {
        let seconds = self.report.number("uptime_in_seconds");
        seconds.map(|seconds| seconds.saturating_mul(1_000_000))
    }

    fn fragmentation(&self) -> String {
        let ratio = self.report.fragmentation();
        ratio.map_or_else(|| "not known".to_owned(), |ratio| format!("{ratio:.2}"))
    }
}

fn ways(report: &Report) -> RedisState {
    let refusals = report.refusals_of_pages();
    let refused = refusals.first().map(|refusal| format!("{refusal}."));
    let (state, about, wrong) = match (report.redis_state(), refused) {
        ("off", _) => ("Off", "Set REDIS_URL to use one.".to_owned(), None),
        ("up", None) => ("In use", "Redis responds.".to_owned(), None),
        ("up" | "repairing", Some(refused)) => (
            "Refusing commands",
            refused.clone(),
            Some(format!("Redis responds, but refuses commands that the site needs. {refused}")),
        ),
        ("repairing", None) => (
            "Being repaired",
            "Redis is connected. It is used as soon as the missed events are applied.".to_owned(),
            Some("Redis is being repaired.".to_owned()),
        ),
        _ => (
            "Unreachable",
            "The site tries to connect four times a second.".to_owned(),
            Some("Redis can’t be reached.".to_owned()),
        ),
    };
    RedisState { state, about, wrong }
}
