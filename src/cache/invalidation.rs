//! An invalidation: what happened, and which entries become invalid.

use super::{EventMark, Tag, TagSet};

/// Some events, and the tags that they invalidate.
#[derive(Debug, Clone)]
pub struct Invalidation {
    /// The events; each is applied once.
    pub events: Vec<EventMark>,
    /// What happened, for log lines.
    pub cause: &'static str,
    /// Who did it, for operators.
    pub actor: String,
    /// What was changed, for operators.
    pub subject: String,
    /// The tags whose entries become invalid.
    pub tags: TagSet,
    /// Whether this process also removes all its pages, so that none is served stale during an outage.
    pub removes_pages: bool,
}

/// The most tags that a log line names.
const MOST_LOGGED: usize = 50;

impl Invalidation {
    /// Logs that the invalidation was applied at a level.
    pub(super) fn log(&self, level: &str) {
        let Self { events, cause, tags, .. } = self;
        let named = tags.iter().take(MOST_LOGGED).map(Tag::to_string);
        let mut list = named.collect::<Vec<_>>().join(",");
        if tags.len() > MOST_LOGGED {
            list.push_str(&format!(" and {} more", tags.len() - MOST_LOGGED));
        }
        match &events[..] {
            [] => {}
            [event] => {
                let event = event.number();
                log::info!(
                    "cache invalidated level={level} event={event} cause={cause} tags={list}"
                );
            }
            [first, .., last] => {
                let (first, last) = (first.number(), last.number());
                log::info!(
                    "cache invalidated level={level} event={first}-{last} cause={cause} tags={list}"
                );
            }
        }
    }
}
