//! The receiver that keeps the caches right.

use super::tags_of;
use crate::cache::{Cache, CacheError, TagSet};
use crate::domain::PropertyEvent;

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

    /// Voids what an event of the log touched, unless that was done already.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses.
    pub(super) async fn receive_once(
        &self,
        event: &PropertyEvent,
        tags: &TagSet,
    ) -> Result<(), CacheError> {
        let number = event.id.0.to_string();
        self.cache
            .invalidate(&number, event.change.name(), tags, true)
            .await
    }

    /// Voids what the event touched. An outage is not an error here: it has closed the way to Redis, and the log is
    /// applied before Redis is used again.
    pub(super) async fn receive(&self, event: &PropertyEvent) {
        let (number, tags) = (event.id.0.to_string(), tags_of(&event.change));
        let invalidated = self
            .cache
            .invalidate(&number, event.change.name(), &tags, false);
        if let Err(err) = invalidated.await {
            log::debug!("event {number} is applied when redis is repaired: {err}");
        }
    }
}
