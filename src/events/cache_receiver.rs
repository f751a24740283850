//! The receiver that keeps the caches right.

use super::tags_of;
use crate::cache::{Cache, CacheError, EventMark, Invalidation};
use crate::domain::{Change, PropertyEvent};

/// So many events are applied in one step: one round trip for a statement over many rows.
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

    /// Voids in Redis what events of the log touched, unless some instance has done that already.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses.
    pub(super) async fn receive_in_redis(
        &self,
        events: &[&PropertyEvent],
    ) -> Result<(), CacheError> {
        for batch in events.chunks(BATCH) {
            let invalidation = invalidation(batch);
            self.cache.invalidate_shared(&invalidation, true).await?;
        }
        Ok(())
    }

    /// Voids in this process what events touched that are not applied to it yet.
    pub(super) fn receive_in_memory(&self, events: &[PropertyEvent]) {
        for batch in events.chunks(BATCH) {
            let marks: Vec<_> = batch.iter().map(mark_of).collect();
            self.cache.invalidate_memory_once(&marks, |lacking| {
                let lacking: Vec<_> = lacking.iter().map(|place| &batch[*place]).collect();
                invalidation(&lacking)
            });
        }
    }

    /// Voids what events touched. An outage of Redis is not an error here: it has closed the way to Redis, and the
    /// log is applied before Redis is used again.
    pub(super) async fn receive(&self, events: &[PropertyEvent]) {
        let events: Vec<_> = events.iter().collect();
        for batch in events.chunks(BATCH) {
            if let Err(err) = self.cache.invalidate(&invalidation(batch)).await {
                log::debug!("events are applied when redis is repaired: {err}");
            }
        }
    }
}

/// What some events make void.
fn invalidation(events: &[&PropertyEvent]) -> Invalidation {
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
        tags: events
            .iter()
            .flat_map(|event| tags_of(&event.change))
            .collect(),
        removes_pages: events.iter().any(|event| match &event.change {
            Change::Cleared => true,
            // What carries the tags is void by them, and so may not stand in either.
            Change::ClearedTags { .. } => false,
            Change::PostSave { .. } | Change::PostDelete { .. } | Change::Bulk { .. } => false,
        }),
    }
}

/// What marks an event as applied.
pub(super) fn mark_of(event: &PropertyEvent) -> EventMark {
    EventMark::new(event.id.0, &event.origin)
}

/// The name that all have, or how many there are.
fn common<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: std::collections::BTreeSet<_> = names.collect();
    match names.len() {
        1 => names.into_iter().collect(),
        several => format!("{several} actors"),
    }
}

/// What a change was made to.
fn subject(change: &Change) -> String {
    match change {
        Change::PostSave {
            id, after: state, ..
        }
        | Change::PostDelete { id, before: state } => format!("listing {id}, {}", state.title),
        Change::Bulk { rows } if *rows > 0 => format!("{rows} listings in one statement"),
        Change::Bulk { .. } => "all listings".to_owned(),
        Change::Cleared => "the whole cache".to_owned(),
        Change::ClearedTags { .. } => "part of the cache".to_owned(),
    }
}
