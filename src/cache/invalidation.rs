//! An invalidation: what happened, and which entries it makes void.

use super::{EventMark, Tag, TagSet};

/// Some events, and what they make void.
#[derive(Debug, Clone)]
pub struct Invalidation {
    /// The events, each of which is applied once.
    pub events: Vec<EventMark>,
    /// What happened, for the log.
    pub cause: &'static str,
    /// Who did it, for operators.
    pub actor: String,
    /// What it was done to, for operators.
    pub subject: String,
    /// The tags whose entries are void.
    pub tags: TagSet,
    /// Whether this process also removes all its pages, so that none can stand in during an outage.
    pub removes_pages: bool,
}

/// The most tags that a log line names.
const MOST_LOGGED: usize = 50;

impl Invalidation {
    /// Logs that it was applied at a level.
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
