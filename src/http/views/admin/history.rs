//! What was done, by whom.

use askama::Template;

use crate::domain::{HistoryEntry, PropertyId};
use crate::http::admin::staff::Frame;
use crate::http::views::filters;

/// The first page.
#[derive(Template)]
#[template(path = "admin/overview.html")]
pub(in crate::http) struct OverviewPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) recent: Vec<HistoryEntry>,
}

/// A listing's history.
#[derive(Template)]
#[template(path = "admin/history.html")]
pub(in crate::http) struct HistoryPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) id: PropertyId,
    pub(in crate::http) entries: Vec<HistoryEntry>,
    pub(in crate::http) exists: bool,
}
