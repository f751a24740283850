//! The receiver that keeps the caches right.

use super::tags_of;
use crate::cache::{Cache, TagSet};
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

    /// Voids what an event of the log touched, unless that was done already; returns whether Redis was reached.
    pub(super) async fn receive_once(&self, event: &PropertyEvent, tags: &TagSet) -> bool {
        self.cache
            .invalidate(event.id.0, event.change.name(), tags, true)
            .await
    }

    /// Voids what the event touched. An outage is not an error: whatever is missed is made up for before Redis is
    /// used again.
    pub(super) async fn receive(&self, event: &PropertyEvent) {
        let tags = tags_of(&event.change);
        self.cache
            .invalidate(event.id.0, event.change.name(), &tags, false)
            .await;
    }
}
