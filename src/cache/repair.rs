//! What makes Redis fit for use: when the site starts, and after every failure.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::Notify;

use super::link::Repair;
use super::{Cache, Tag};

impl Cache {
    /// Connects to Redis and keeps the connection; returns after the first attempt. `repair` runs before Redis is
    /// used, first and after every failure: invalidations may have been missed.
    pub async fn connect(&self, repair: Repair) {
        let Some(tier) = &self.redis else {
            return;
        };
        let ready = Arc::new(Notify::new());
        let cache = self.clone();
        let repair: Repair = Arc::new(move || {
            let (cache, repair) = (cache.clone(), repair.clone());
            Box::pin(async move {
                if cache.doubtful.swap(false, Ordering::AcqRel)
                    && let Err(err) = cache.void_all().await
                {
                    cache.doubtful.store(true, Ordering::Release);
                    return Err(err.into());
                }
                repair().await
            })
        });
        tokio::spawn(tier.link.clone().keep(ready.clone(), repair));
        ready.notified().await;
    }

    /// Whether Redis is in use; `None` when there is none.
    pub fn redis_is_up(&self) -> Option<bool> {
        self.redis.as_ref().map(|tier| tier.link.is_up())
    }

    /// Makes all entries void before Redis is used again, because something may have been missed that no log tells.
    pub fn distrust(&self, reason: &str) {
        // In this order: a repair that has looked at the flag already is made to begin again.
        self.doubtful.store(true, Ordering::Release);
        if let Some(tier) = &self.redis {
            tier.link.distrust(reason);
        }
    }

    /// Voids what carries a tag that no event of the log names, such as a session. Where Redis can't be reached,
    /// everything is void before it is used again.
    pub async fn void(&self, tag: &Tag) {
        if let Some(tier) = &self.redis
            && tier.void(tag).await.is_err()
        {
            self.distrust("an invalidation that no log tells was missed");
        }
    }
}
