//! `templates/management/explain.html`

use askama::Template;

use super::units::{bytes, duration};
use crate::domain::FieldErrors;
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::services::{ExplainedLevel, Explanation};

/// Why an address is answered as it is.
#[derive(Template)]
#[template(path = "management/explain.html")]
pub(in crate::http) struct ExplainPage {
    frame: Frame,
    url: String,
    explanation: Option<Explanation>,
    errors: FieldErrors,
}

impl ExplainPage {
    pub(in crate::http) fn new(
        frame: Frame,
        url: &str,
        found: Result<Explanation, FieldErrors>,
    ) -> Self {
        let (explanation, errors) = match found {
            Ok(explanation) => (Some(explanation), FieldErrors::new()),
            Err(errors) => (None, errors),
        };
        Self { frame, url: url.to_owned(), explanation, errors }
    }

    fn seconds(&self, time: &Option<std::time::Duration>) -> String {
        match time {
            Some(time) if time.is_zero() => "over".to_owned(),
            Some(time) => duration(time.as_secs().max(1) * 1_000_000),
            None => "–".to_owned(),
        }
    }

    fn sizes(&self, level: &ExplainedLevel) -> String {
        let size = |(encoding, size): &(&str, usize)| format!("{encoding} {}", bytes(*size as u64));
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
