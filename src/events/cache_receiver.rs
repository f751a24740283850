//! The receiver that keeps the caches right.

use super::tags_of;
use crate::cache::Cache;
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

    /// Voids what the event touched. An outage is not an error: whatever is missed is made up for before Redis is
    /// used again.
    pub(super) async fn receive(&self, event: &PropertyEvent) {
        let tags = tags_of(&event.change);
        self.cache
            .invalidate(event.id.0, event.change.name(), &tags, false)
            .await;
    }
}
