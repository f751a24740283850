//! `templates/management/clear.html`

use askama::Template;

use super::nobody;
use crate::domain::FieldErrors;
use crate::http::admin::staff::Frame;
use crate::http::views::filters::{self, grouped};
use crate::services::{ClearScope, WouldEnd};

/// What a clear of a part would end, or has ended.
#[derive(Template)]
#[template(path = "management/clear.html")]
pub(in crate::http) struct ClearPage {
    frame: Frame,
    tag: String,
    url: String,
    tags: Vec<String>,
    entries: Option<WouldEnd>,
    done: bool,
    errors: FieldErrors,
}

impl ClearPage {
    /// What was typed, and what it stands for.
    pub(in crate::http) fn new(
        frame: Option<Frame>,
        (tag, url): (String, String),
        scope: &ClearScope,
        entries: WouldEnd,
        done: bool,
    ) -> Self {
        Self {
            frame: frame.unwrap_or_else(nobody),
            tag,
            url,
            tags: scope.names(),
            entries: Some(entries),
            done,
            errors: FieldErrors::new(),
        }
    }

    fn is_nothing(&self, entries: &WouldEnd) -> bool {
        (entries.memory_pages, entries.pages, entries.querysets) == (0, Some(0), Some(0))
    }

    fn count(&self, count: &Option<u64>) -> String {
        count.map_or_else(|| "not known".to_owned(), grouped)
    }

    /// What was typed, and what is wrong with it.
    pub(in crate::http) fn refused(
        frame: Option<Frame>,
        (tag, url): (String, String),
        errors: FieldErrors,
    ) -> Self {
        Self {
            frame: frame.unwrap_or_else(nobody),
            tag,
            url,
            tags: Vec::new(),
            entries: None,
            done: false,
            errors,
        }
    }
}
