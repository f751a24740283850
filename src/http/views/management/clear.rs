//! `templates/management/clear.html`

use askama::Template;

use crate::domain::FieldErrors;
use crate::http::views::filters::{self, grouped};
use crate::http::views::frame::Frame;
use crate::services::{ClearScope, WouldEnd};

/// What a clear would end, or has ended.
#[derive(Template)]
#[template(path = "management/clear.html")]
pub(in crate::http) struct ClearPage {
    frame: Frame,
    tag: String,
    url: String,
    tags: Vec<String>,
    entries: Option<WouldEnd>,
    done: bool,
    /// Whether it is about the whole cache.
    everything: bool,
    errors: FieldErrors,
}

impl ClearPage {
    /// The question before the whole cache is cleared.
    pub(in crate::http) fn everything(frame: Frame, entries: WouldEnd) -> Self {
        let typed = (String::new(), String::new());
        Self {
            everything: true,
            ..Self::new(frame, typed, &ClearScope::everything(), entries, false)
        }
    }

    /// What was typed, and what it stands for.
    pub(in crate::http) fn new(
        frame: Frame,
        (tag, url): (String, String),
        scope: &ClearScope,
        entries: WouldEnd,
        done: bool,
    ) -> Self {
        Self {
            frame,
            tag,
            url,
            tags: scope.names(),
            entries: Some(entries),
            done,
            everything: false,
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
        frame: Frame,
        (tag, url): (String, String),
        errors: FieldErrors,
    ) -> Self {
        Self {
            frame,
            tag,
            url,
            tags: Vec::new(),
            entries: None,
            done: false,
            everything: false,
            errors,
        }
    }
}
