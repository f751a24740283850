//! The receiver that keeps the caches right.

use super::tags_of;
use crate::cache::{Cache, CacheError};
use crate::domain::{Change, PropertyEvent};

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

    /// Voids in Redis what an event of the log touched, unless some instance has done that already.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses.
    pub(super) async fn receive_in_redis(&self, event: &PropertyEvent) -> Result<(), CacheError> {
        let (number, tags) = (event.id.0.to_string(), tags_of(&event.change));
        let invalidated = self
            .cache
            .invalidate_shared(&number, event.change.name(), &tags, true);
        invalidated.await
    }

    /// Voids in this process what an event of the log touched.
    pub(super) fn receive_in_memory(&self, event: &PropertyEvent) {
        let (number, tags) = (event.id.0.to_string(), tags_of(&event.change));
        self.cache
            .invalidate_memory(&number, event.change.name(), &tags);
        self.clear_memory(&event.change);
    }

    /// What was cleared may not even stand in during an outage.
    fn clear_memory(&self, change: &Change) {
        match change {
            Change::Cleared => self.cache.clear_memory(),
            Change::PostSave { .. } | Change::PostDelete { .. } | Change::Bulk { .. } => {}
        }
    }

    /// Voids what the event touched. An outage of Redis is not an error here: it has closed the way to Redis, and the
    /// log is applied before Redis is used again.
    pub(super) async fn receive(&self, event: &PropertyEvent) {
        let (number, tags) = (event.id.0.to_string(), tags_of(&event.change));
        let invalidated = self.cache.invalidate(&number, event.change.name(), &tags);
        if let Err(err) = invalidated.await {
            log::debug!("event {number} is applied when redis is repaired: {err}");
        }
        self.clear_memory(&event.change);
    }
}
