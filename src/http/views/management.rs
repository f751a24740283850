//! `templates/management/`

use askama::Template;
use serde_json::Value;

use super::filters;
use crate::http::admin::staff::Frame;
use crate::services::{LevelFigures, Report, rating};

/// The cache-stats dashboard.
#[derive(Template)]
#[template(path = "management/dashboard.html")]
pub(in crate::http) struct DashboardPage<'a> {
    frame: Frame,
    report: &'a Report,
    ratio: Option<String>,
    server_ratio: Option<String>,
    server_rating: &'static str,
    page_hits: u64,
    page_lookups: u64,
    max_memory: String,
}

impl<'a> DashboardPage<'a> {
    pub(in crate::http) fn new(frame: Option<Frame>, report: &'a Report) -> Self {
        let pages = report
            .levels
            .iter()
            .find(|figures| figures.level.field() == "page_redis");
        let (hits, misses) = pages.map_or((0, 0), |figures| (figures.hits, figures.misses));
        let max_memory = match (report.redis.is_some(), report.number("maxmemory")) {
            (false, _) => "unknown".to_owned(),
            (_, 0) => "no limit".to_owned(),
            (_, bytes) => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
        };
        Self {
            frame: frame.unwrap_or_else(nobody),
            report,
            ratio: report.page_hit_ratio().map(percent),
            server_ratio: report.server_hit_ratio().map(percent),
            server_rating: rating(report.server_hit_ratio()),
            page_hits: hits,
            page_lookups: hits + misses,
            max_memory,
        }
    }

    fn level_ratio(&self, figures: &LevelFigures) -> String {
        figures
            .hit_ratio()
            .map_or_else(|| "no data".to_owned(), percent)
    }
}

/// What an action on the cache did.
#[derive(Template)]
#[template(path = "management/result.html")]
pub(in crate::http) struct ResultPage {
    frame: Frame,
    title: &'static str,
    success: bool,
    result: String,
}

impl ResultPage {
    pub(in crate::http) fn new(frame: Option<Frame>, title: &'static str, result: &Value) -> Self {
        Self {
            frame: frame.unwrap_or_else(nobody),
            title,
            success: result["success"] == true,
            result: serde_json::to_string_pretty(result).unwrap_or_default(),
        }
    }
}

/// The frame of a page that was opened without a session.
fn nobody() -> Frame {
    Frame {
        username: String::new(),
        csrf_token: String::new(),
        messages: Vec::new(),
    }
}

fn percent(ratio: f64) -> String {
    format!("{:.1} %", ratio * 100.0)
}
