//! The parts of the dashboard that show a range of time, and the instances.

use chrono::{TimeZone as _, Utc};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::dashboard::Figures;
use super::units::said_bytes;
use crate::domain::{ChangeMark, HistoryKind, presentation};
use crate::services::{Instance, Overview, Point, Range, UrlRow};

impl Figures<'_> {
    /// A time for people, with the day if the range has several.
    pub(super) fn time(&self, second: &i64) -> String {
        let at = Utc.timestamp_opt(*second, 0).single().unwrap_or_default();
        let format = match self.series.range {
            Range::Quarter | Range::Hour => "%H:%M",
            Range::Day | Range::Week => "%-d %b %H:%M",
        };
        presentation().local(at).format(format).to_string()
    }

    /// The difference between the hit ratio and that of the previous range, in percentage points.
    pub(super) fn change(&self) -> Option<String> {
        let change = self.series.hit_ratio()? - self.series.hit_ratio_before()?;
        let points = (change * 1000.0).round() / 10.0;
        Some(match points {
            0.0 => "unchanged".to_owned(),
            points if points > 0.0 => format!("▲ {points:.1} points since then"),
            points => format!("▼ {:.1} points since then", -points),
        })
    }

    /// The responses per second of a step.
    pub(super) fn rate(&self, point: &Point) -> String {
        let seconds = (self.series.between.1 - point.at).clamp(1, self.series.range.table_step());
        let rate = (point.hits + point.misses + point.served.unavailable) as f64 / seconds as f64;
        if rate < 10.0 { format!("{rate:.2}") } else { format!("{rate:.0}") }
    }

    /// The responses of a step by source.
    pub(super) fn sources(&self, point: &Point) -> [u64; 6] {
        let of = point.served;
        [of.memory, of.redis, of.query, of.database, of.stale, of.unavailable]
    }

    /// The lists of URLs: their headings, and their rows.
    pub(super) fn url_lists(&self) -> [(&'static str, &[UrlRow]); 3] {
        let urls = &self.series.urls;
        [
            ("Requested most", &urls.requested),
            ("Slowest to compute", &urls.slowest),
            ("Invalidated most often", &urls.invalidated),
        ]
    }

    pub(super) fn average(&self, row: &UrlRow) -> Option<u64> {
        Some(row.figures.average_us()).filter(|average| *average > 0)
    }

    pub(super) fn slowest(&self, row: &UrlRow) -> Option<u64> {
        Some(row.figures.slowest_us).filter(|slowest| *slowest > 0)
    }

    pub(super) fn explained(&self, row: &UrlRow) -> String {
        let url = form_urlencoded::Serializer::new(String::new());
        let url = { url }.append_pair("url", &row.url).finish();
        format!("/properties/cache-explain/?{url}")
    }

    /// A change in words, without the listing's title.
    pub(super) fn did(&self, mark: &ChangeMark) -> String {
        let what = match (mark.rows.max(mark.changes), &*mark.kind) {
            (_, "cleared") if mark.changes == 1 => return "Cache cleared".to_owned(),
            (_, "cleared") => return format!("Cache cleared {} times", mark.changes),
            (1, _) => "Listing".to_owned(),
            (rows, _) => format!("{rows} listings"),
        };
        let did = match &*mark.kind {
            "created" => "added",
            "deleted" => "deleted",
            "bulk" => "changed at once",
            _ => "changed",
        };
        match (mark.listing, mark.changes) {
            (Some(_), 1) => format!("Listing {did}"),
            (Some(_), times) => format!("Listing {did} {times} times"),
            (None, _) => format!("{what} {did}"),
        }
    }

    /// The URL of the history entries that a mark stands for, as precisely as filters allow.
    pub(super) fn history_of(&self, mark: &ChangeMark) -> String {
        let day = Utc.timestamp_opt(mark.at, 0).single().unwrap_or_default();
        let day = presentation().local(day).format("%Y-%m-%d").to_string();
        let kind = HistoryKind::ALL.into_iter().find(|kind| kind.logged_as() == mark.kind);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("kind", kind.map_or("", HistoryKind::name));
        if mark.actors == 1 {
            query.append_pair("actor", &mark.actor);
        }
        let query = query.append_pair("from", &day).append_pair("to", &day).finish();
        format!("/admin/history/?{query}")
    }

    /// The length of a mark's step, in microseconds.
    pub(super) fn mark_span(&self) -> u64 {
        self.series.range.table_step().unsigned_abs() * 1_000_000
    }

    pub(super) fn lag_of(&self, instance: &Instance) -> u64 {
        instance.state.lag_ms.saturating_mul(1000)
    }

    /// The tiers from which an instance may answer.
    pub(super) fn lease(&self, instance: &Instance) -> &'static str {
        let state = &instance.state;
        match (state.memory_lease, state.redis_lease && state.redis == "up") {
            (Some(true), true) => "memory and Redis",
            (Some(true), false) => "memory",
            (_, true) => "Redis",
            (_, false) => "none",
        }
    }

    pub(super) fn memory_of(&self, instance: &Instance) -> String {
        match instance.state.memory_limit {
            0 => "off".to_owned(),
            limit => {
                format!("{} of {}", said_bytes(instance.state.memory_bytes), said_bytes(limit))
            }
        }
    }
}

/// The data of the charts: the points of the range, its marks, and the limits to draw.
pub(in crate::http) fn charts_json(overview: &Overview) -> Value {
    let figures = Figures::of(overview);
    let series = figures.series;
    let mark = |mark: &ChangeMark| {
        let by = if mark.actors == 1 { &*mark.actor } else { "several users" };
        let text = format!("{}: {} by {by}", figures.time(&mark.at), figures.did(mark));
        json!({"at": mark.at, "row": format!("change-{}-{}", mark.at, mark.kind), "text": text})
    };
    let marks = series.marks.iter().flatten().map(mark).collect::<Vec<_>>();
    json!({
        "from": series.between.0, "to": series.between.1, "step": series.range.step(),
        "points": series.points, "marks": marks,
        "limits": {
            "memory": Some(overview.report.tiers.memory_bound).filter(|bound| *bound > 0),
            "redis": overview.report.number("maxmemory").filter(|max| *max > 0),
        },
    })
}
