//! `templates/management/load_test.html`

use askama::Template;

use super::units::{duration, ratio};
use crate::domain::FieldErrors;
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::services::LoadTestReport;

/// What came of a load test, or what is wrong with what was asked for.
#[derive(Template)]
#[template(path = "management/load_test.html")]
pub(in crate::http) struct LoadTestPage<'a> {
    frame: Frame,
    requests: String,
    concurrency: String,
    report: Option<&'a LoadTestReport>,
    bars: Vec<BarRow>,
    errors: FieldErrors,
}

/// A row of the histogram.
struct BarRow {
    /// The range of times.
    range: String,
    answers: u64,
    /// The share of all answers.
    share: String,
    /// How long the bar is, from 0 to 100.
    length: u64,
}

impl<'a> LoadTestPage<'a> {
    pub(in crate::http) fn new(frame: Frame, report: &'a LoadTestReport) -> Self {
        Self {
            frame,
            requests: report.requests.to_string(),
            concurrency: report.concurrency.to_string(),
            report: Some(report),
            bars: bars(report),
            errors: FieldErrors::new(),
        }
    }

    /// What was typed, and what is wrong with it.
    pub(in crate::http) fn refused(
        frame: Frame,
        (requests, concurrency): (String, String),
        errors: FieldErrors,
    ) -> LoadTestPage<'static> {
        LoadTestPage { frame, requests, concurrency, report: None, bars: Vec::new(), errors }
    }

    fn took(&self, micros: &u64) -> String {
        duration(*micros)
    }

    fn ratio(&self, share: &Option<f64>) -> String {
        ratio(*share)
    }

    fn level(&self, name: &str) -> String {
        match name {
            "computed" => "Computed".to_owned(),
            "collapsed" => "Waited for another request’s load".to_owned(),
            level => format!("From {level}"),
        }
    }
}

fn bars(report: &LoadTestReport) -> Vec<BarRow> {
    let most = report.histogram.iter().map(|bar| bar.answers).max();
    let all: u64 = report.histogram.iter().map(|bar| bar.answers).sum();
    let mut from = None;
    let row = |bar: &crate::services::Bar| {
        let range = match from.replace(bar.below_us) {
            None => format!("under {}", duration(bar.below_us)),
            Some(from) => format!("{} to {}", duration(from), duration(bar.below_us)),
        };
        BarRow {
            range,
            answers: bar.answers,
            share: ratio((all > 0).then(|| bar.answers as f64 / all as f64)),
            length: bar.answers * 100 / most.unwrap_or(1).max(1),
        }
    };
    report.histogram.iter().map(row).collect()
}
