//! `templates/management/dashboard.html` and the figures on it.

use askama::Template;
use chrono::{DateTime, TimeZone as _, Utc};

use super::levels::{LevelRow, level_rows};
use super::units::{bytes, duration, percent, ratio, timed};
use crate::cache::PastInvalidation;
use crate::http::views::filters::{self, grouped};
use crate::http::views::frame::Frame;
use crate::services::{Overview, Point, Report, rating};

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
    /// The pages of the last quarter of an hour.
    lately: Ratio,
    /// Those since this instance started.
    all: Ratio,
    /// How long ago it started.
    age: String,
    levels: Vec<LevelRow>,
    invalidations: Vec<(DateTime<Utc>, &'a PastInvalidation)>,
    redis: Ways,
    server: Option<Server>,
}

/// The share of pages that the cache answered.
struct Ratio {
    share: Option<String>,
    hits: u64,
    lookups: u64,
}

/// How it stands with Redis.
struct Ways {
    /// In a word or two.
    state: &'static str,
    /// What that means.
    about: String,
    /// What readers notice, if something is wrong.
    wrong: Option<String>,
}

/// What the server says of itself; `not known` where it doesn't tell.
struct Server {
    ratio: Option<String>,
    rating: &'static str,
    hits: String,
    misses: String,
    memory: String,
    limit: String,
    /// How much of the limit is used, in percent; `None` without one.
    used: Option<u64>,
    policy: String,
    evicted: String,
    fragmentation: String,
    clients: String,
    commands: String,
    commands_per_second: String,
    version: String,
    uptime: String,
}

impl<'a> DashboardPage<'a> {
    pub(in crate::http) fn new(frame: Frame, overview: &'a Overview) -> Self {
        Self { frame, figures: Figures::new(overview) }
    }
}

impl<'a> FiguresPart<'a> {
    pub(in crate::http) fn new(overview: &'a Overview) -> Self {
        Self { figures: Figures::new(overview) }
    }
}

impl<'a> Figures<'a> {
    fn new(overview: &'a Overview) -> Self {
        let report = &overview.report;
        let of = |hits: u64, misses: u64, ratio: Option<f64>| Ratio {
            share: ratio.map(percent),
            hits,
            lookups: hits + misses,
        };
        let (lately, all) = (overview.lately, report.pages);
        Self {
            overview,
            lately: of(lately.cached, lately.computed, overview.lately_hit_ratio()),
            all: of(all.cached, all.computed, report.page_hit_ratio()),
            age: report.age_in_words(),
            levels: level_rows(report),
            invalidations: overview
                .invalidations
                .iter()
                .map(|past| (past.at.into(), past))
                .collect(),
            redis: ways(report),
            server: report.redis.is_ok().then(|| server(report)),
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
            "replay" => "replayed",
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

    fn bytes(&self, number: &Option<u64>) -> String {
        number.map_or_else(|| "not known".to_owned(), bytes)
    }
}

fn ways(report: &Report) -> Ways {
    let refusals = report.refusals_of_pages();
    let refused = refusals.first().map(|refusal| format!("{refusal}."));
    let (state, about, wrong) = match (report.redis_state(), refused) {
        ("off", _) => ("Off", "Set REDIS_URL to use one.".to_owned(), None),
        ("up", None) => ("In use", "Redis responds.".to_owned(), None),
        ("up" | "repairing", Some(refused)) => (
            "Refusing commands",
            refused,
            Some("Redis responds, but refuses commands that the site needs."),
        ),
        ("repairing", None) => (
            "Being repaired",
            "Redis is connected. It is used as soon as the missed events are applied.".to_owned(),
            Some("Redis is being repaired."),
        ),
        _ => (
            "Unreachable",
            "The site tries to connect four times a second.".to_owned(),
            Some("Redis can’t be reached."),
        ),
    };
    Ways {
        state,
        wrong: wrong.map(|wrong| match state {
            "Refusing commands" => format!("{wrong} {about}"),
            _ => wrong.to_owned(),
        }),
        about,
    }
}

fn server(report: &Report) -> Server {
    let or_unknown = |text: Option<String>| text.unwrap_or_else(|| "not known".to_owned());
    let number = |field| or_unknown(report.number(field).map(grouped));
    let text = |field| or_unknown(report.text(field).map(str::to_owned));
    let (used, max) = (report.number("used_memory"), report.number("maxmemory"));
    Server {
        ratio: report.server_hit_ratio().map(percent),
        rating: rating(report.server_hit_ratio()),
        hits: number("keyspace_hits"),
        misses: number("keyspace_misses"),
        memory: or_unknown(used.map(bytes)),
        limit: match max {
            Some(0) => "no limit".to_owned(),
            max => or_unknown(max.map(bytes)),
        },
        used: used
            .zip(max.filter(|max| *max > 0))
            .map(|(used, max)| used.saturating_mul(100) / max),
        policy: text("maxmemory_policy"),
        evicted: number("evicted_keys"),
        fragmentation: or_unknown(report.fragmentation().map(|ratio| format!("{ratio:.2}"))),
        clients: number("connected_clients"),
        commands: number("total_commands_processed"),
        commands_per_second: number("instantaneous_ops_per_sec"),
        version: match report.text("valkey_version") {
            None => format!("Redis {}", text("redis_version")),
            Some(version) => format!("Valkey {version}"),
        },
        uptime: or_unknown(
            report
                .number("uptime_in_seconds")
                .map(|seconds| duration(seconds.saturating_mul(1_000_000))),
        ),
    }
}
