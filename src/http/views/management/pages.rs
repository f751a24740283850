//! The pages of single cache actions.

use askama::Template;

use super::units::{self as filters, said_bytes, said_duration};
use crate::domain::FieldErrors;
use crate::http::views::frame::Frame;
use crate::services::{ExplainedLevel, Explanation, LoadTestReport, WarmState, WouldEnd};

/// The result of a clear, or what it would remove.
#[derive(Default, Template)]
#[template(path = "management/clear.html")]
pub(in crate::http) struct ClearPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) tag: String,
    pub(in crate::http) url: String,
    pub(in crate::http) tags: Vec<String>,
    /// The entries of the part; `None` if the request was invalid.
    pub(in crate::http) entries: Option<WouldEnd>,
    pub(in crate::http) done: bool,
    /// Whether the whole cache is to be cleared.
    pub(in crate::http) everything: bool,
    pub(in crate::http) errors: FieldErrors,
}

impl ClearPage {
    fn is_nothing(&self, entries: &WouldEnd) -> bool {
        (entries.memory_pages, entries.pages, entries.querysets) == (0, Some(0), Some(0))
    }
}

/// Why a URL is answered as it is.
#[derive(Template)]
#[template(path = "management/explain.html")]
pub(in crate::http) struct ExplainPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) url: String,
    pub(in crate::http) explanation: Option<Explanation>,
    pub(in crate::http) errors: FieldErrors,
}

impl ExplainPage {
    fn seconds(&self, time: &Option<std::time::Duration>) -> String {
        match time {
            Some(time) if time.is_zero() => "over".to_owned(),
            Some(time) => said_duration(time.as_secs().max(1) * 1_000_000),
            None => "–".to_owned(),
        }
    }

    fn sizes(&self, level: &ExplainedLevel) -> String {
        let size =
            |(encoding, size): &(&str, usize)| format!("{encoding} {}", said_bytes(*size as u64));
        let sizes: Vec<_> = level.sizes.iter().map(size).collect();
        if sizes.is_empty() { "–".to_owned() } else { sizes.join(", ") }
    }

    fn kind(&self, kind: &str) -> &'static str {
        match kind {
            "post_save" => "A listing was saved",
            "post_delete" => "A listing was deleted",
            "bulk" => "Many listings were changed at once",
            _ => "The cache, or a part of it, was cleared",
        }
    }
}

/// The progress of warming.
#[derive(Template)]
#[template(path = "management/warm.html")]
pub(in crate::http) struct WarmPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) state: WarmState,
}

/// The result of a load test, or the errors of its options.
#[derive(Template)]
#[template(path = "management/load_test.html")]
pub(in crate::http) struct LoadTestPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) requests: String,
    pub(in crate::http) concurrency: String,
    pub(in crate::http) report: Option<LoadTestReport>,
    pub(in crate::http) errors: FieldErrors,
}

impl LoadTestPage {
    fn level(&self, name: &str) -> String {
        match name {
            "computed" => "Computed".to_owned(),
            "collapsed" => "Waited for another request’s load".to_owned(),
            level => format!("From {level}"),
        }
    }

    /// The rows of the histogram: the range of durations, the number of responses, their share, and the length of the
    /// bar from 0 to 100.
    fn bars(&self) -> Vec<(String, u64, f64, u64)> {
        let bars = self.report.as_ref().map_or(&[][..], |report| &report.histogram);
        let most = bars.iter().map(|bar| bar.answers).max().unwrap_or(0).max(1);
        let all = bars.iter().map(|bar| bar.answers).sum::<u64>().max(1) as f64;
        let mut from = None;
        let row = |bar: &crate::services::Bar| {
            let below = said_duration(bar.below_us);
            let range = match from.replace(below.clone()) {
                None => format!("under {below}"),
                Some(from) => format!("{from} to {below}"),
            };
            (range, bar.answers, bar.answers as f64 / all, bar.answers * 100 / most)
        };
        bars.iter().map(row).collect()
    }
}
