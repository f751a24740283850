//! The alerts of visitors.

use askama::Template;

use crate::domain::{Alert, AlertQuery, AlertState, FieldErrors};
use crate::http::views::filters;
use crate::http::views::frame::Frame;

/// How many alerts there are, and those of an address.
#[derive(Template)]
#[template(path = "admin/alerts.html")]
pub(in crate::http) struct AlertsPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) counts: [i64; AlertState::ALL.len()],
    /// The address that was typed.
    pub(in crate::http) email: String,
    /// Its alerts; `None` where none was looked for.
    pub(in crate::http) found: Option<Vec<Alert>>,
    pub(in crate::http) errors: FieldErrors,
}

impl AlertsPage {
    /// The list of an alert in words.
    fn words(&self, alert: &Alert) -> String {
        match alert.query.as_ref().map(AlertQuery::words) {
            None => "A search that this release can’t read".to_owned(),
            Some(words) if words.is_empty() => "All listings".to_owned(),
            Some(words) => words.join(", "),
        }
    }

    fn states(&self) -> impl Iterator<Item = (AlertState, i64)> + '_ {
        AlertState::ALL.into_iter().zip(self.counts)
    }
}
