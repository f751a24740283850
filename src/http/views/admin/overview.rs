//! The admin's first page.

use askama::Template;

use super::diff::Passage;
use super::entries::EntryView;
use crate::domain::{PropertyId, Status};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::services::Attention;

/// A kind of listings that need attention.
struct Task {
    name: &'static str,
    /// The list of them, where the list has such a filter.
    list: Option<&'static str>,
    listings: Vec<(PropertyId, String)>,
    total: i64,
}

/// The kinds: the name in the database, the heading, and the list.
const KINDS: [(&str, &str, Option<&str>); 4] = [
    ("draft", "Drafts, not published yet", Some("/admin/properties/?status=draft")),
    ("offer", "Under offer for 60 days or more", Some("/admin/properties/?status=pending")),
    ("photo", "Without a photo", None),
    ("description", "Description under 100 characters", None),
];

/// The first page.
#[derive(Template)]
#[template(path = "admin/overview.html")]
pub(in crate::http) struct OverviewPage {
    frame: Frame,
    /// How many listings have each status.
    totals: Vec<(Status, i64)>,
    tasks: Vec<Task>,
    /// How many listings were looked at, where there are more.
    looked_at: Option<i64>,
    recent: Vec<EntryView>,
}

impl OverviewPage {
    pub(in crate::http) fn new(frame: Frame, found: Attention, recent: Vec<EntryView>) -> Self {
        let task = |(kind, name, list): (&str, _, _)| {
            let noted = || found.noted.iter().filter(move |noted| noted.kind == kind);
            Some(Task {
                name,
                list,
                total: noted().next()?.total,
                listings: noted().map(|noted| (noted.id, noted.title.clone())).collect(),
            })
        };
        let tasks = KINDS.into_iter().filter_map(task).collect();
        Self { frame, tasks, totals: found.totals, looked_at: found.looked_at, recent }
    }
}
