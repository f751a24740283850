//! Pages that do not depend on rows.

use std::time::Instant;

use super::policy::CachePolicy;
use super::storing::Storing;
use super::{Cache, CacheKey, Stamps, TagSet};

impl Cache {
    /// The policy of a page that depends only on the build and the configuration: only a clear, or an event that
    /// invalidates everything, ends it before it expires. Costs a round trip to Redis.
    pub async fn constant(&self, key: &CacheKey) -> CachePolicy {
        let tags = super::with_site(TagSet::new());
        let local = self.memory.generations.capture(&tags);
        let known = match &self.redis {
            // A constant takes no time to load, so no other instance waits for the lease, and storing ends it.
            Some(tier) => self.counted(key.level(), tier.lease(key, &tags, true).await).ok(),
            None => None,
        };
        let now = Instant::now();
        CachePolicy {
            stamps: known.map_or(Stamps::Local(tags), |(stamps, _)| stamps),
            local,
            // The lifetime of the page is the only limit.
            fresh_until: now + self.lifetimes.page * 2,
            loaded: now,
            trail: Vec::new(),
            storing: Storing::default(),
        }
    }
}
