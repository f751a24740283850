//! The receiver that invalidates caches.

use super::tags_of;
use crate::cache::{Cache, CacheError, EventMark, Invalidation};
use crate::domain::{Change, Entity, Event};

/// The number of events that are applied in one step, which is one round trip.
const BATCH: usize = 250;

/// Turns events into invalidations. Receiving an event twice does no harm.
#[derive(Clone)]
pub struct CacheReceiver {
    cache: Cache,
}

impl CacheReceiver {
    /// A receiver for a cache.
    pub fn new(cache: Cache) -> Self {
        Self { cache }
    }

    /// Invalidates in Redis what events of the log changed, unless an instance has done that already.
    pub(super) async fn receive_in_redis(&self, events: &[&Event]) -> Result<(), CacheError> {
        for batch in events.chunks(BATCH) {
            let invalidation = invalidation(batch);
            self.cache.invalidate_shared(&invalidation, true).await?;
        }
        Ok(())
    }

    /// Invalidates in this process what events changed, unless they were applied already.
    pub(super) fn receive_in_memory(&self, events: &[Event]) {
        for batch in events.chunks(BATCH) {
            let marks: Vec<_> = batch.iter().map(mark_of).collect();
            self.cache.invalidate_memory_once(&marks, |lacking| {
                let lacking: Vec<_> = lacking.iter().map(|place| &batch[*place]).collect();
                invalidation(&lacking)
            });
        }
    }

    /// Invalidates what events changed, everywhere. An outage of Redis is not an error here: the log is applied before
    /// Redis is used again.
    pub(super) async fn receive(&self, events: &[Event]) {
        let events: Vec<_> = events.iter().collect();
        for batch in events.chunks(BATCH) {
            if let Err(err) = self.cache.invalidate(&invalidation(batch)).await {
                log::debug!("events are applied when redis is repaired: {err}");
            }
        }
    }
}

/// The invalidation that some events cause.
fn invalidation(events: &[&Event]) -> Invalidation {
    let mut causes = events.iter().map(|event| event.change.name());
    let cause = causes.next().unwrap_or_default();
    Invalidation {
        events: events.iter().map(|event| mark_of(event)).collect(),
        cause: match causes.all(|other| other == cause) {
            true => cause,
            false => "several",
        },
        actor: common(events.iter().map(|event| event.actor.as_str())),
        subject: match events {
            [event] => subject(&event.change),
            several => format!("{} events", several.len()),
        },
        tags: events.iter().flat_map(|event| tags_of(&event.change)).collect(),
        removes_pages: events.iter().any(|event| match &event.change {
            Change::Cleared => true,
            // Entries with the tags become invalid, so they are not served stale either.
            Change::ClearedTags { .. } => false,
            Change::PostSave { .. } | Change::PostDelete { .. } | Change::Bulk { .. } => false,
        }),
    }
}

/// The mark of an applied event.
pub(super) fn mark_of(event: &Event) -> EventMark {
    EventMark::new(event.id.0, &event.origin)
}

/// The name that all of them share, or the number of names.
fn common<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: std::collections::BTreeSet<_> = names.collect();
    match names.len() {
        1 => names.into_iter().collect(),
        several => format!("{several} actors"),
    }
}

/// The object that a change was made to.
fn subject(change: &Change) -> String {
    match change {
        Change::PostSave { created: _, row } | Change::PostDelete { row } => match row {
            Entity::Listing { id, before, after } => {
                let title = after.as_ref().or(before.as_ref()).map(|row| row.title.as_str());
                format!("listing {id}, {}", title.unwrap_or_default())
            }
        },
        Change::Bulk { rows } if *rows > 0 => format!("{rows} listings in one statement"),
        Change::Bulk { .. } => "all listings".to_owned(),
        Change::Cleared => "the whole cache".to_owned(),
        Change::ClearedTags { .. } => "part of the cache".to_owned(),
    }
}
