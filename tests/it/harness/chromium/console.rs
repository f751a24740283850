//! The messages of the browser's console.

use serde::Deserialize;
use serde_json::json;

use super::{Chromium, Extension, done};

/// A line of the console.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) level: String,
    pub(crate) source: String,
    pub(crate) message: String,
}

impl Chromium {
    /// The warnings and errors since the last call, except the status of the page itself, which is its response and not
    /// a fault.
    pub(crate) async fn complaints(&self) -> Vec<Line> {
        let url = done(self.client.current_url().await);
        let own = format!("{url} - Failed to load resource: the server responded with a status of");
        let lines = self.client.issue_cmd(Extension("se/log", json!({"type": "browser"}))).await;
        let mut lines: Vec<Line> = serde_json::from_value(done(lines)).expect("lines");
        lines.retain(|line| {
            let is_status = line.source == "network" && line.message.starts_with(&own);
            matches!(line.level.as_str(), "WARNING" | "SEVERE") && !is_status
        });
        lines
    }
}
