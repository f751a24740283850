//! Connects to Redis and repairs it, when the site starts and after every failure.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::Notify;

use super::Cache;
use super::link::{LinkReport, Repair};

impl Cache {
    /// Connects to Redis and keeps the connection; returns after the first attempt. `repair` runs before Redis is used,
    /// first and after every failure, because invalidations may have been missed.
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

    /// Whether Redis is in use; `None` if none is configured.
    pub fn redis_is_up(&self) -> Option<bool> {
        self.redis.as_ref().map(|tier| tier.link.is_up())
    }

    /// The state of the link to Redis; `None` if none is configured.
    pub fn report_link(&self) -> Option<LinkReport> {
        self.redis.as_ref().map(|tier| tier.link.report())
    }
}
