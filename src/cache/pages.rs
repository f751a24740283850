//! Rendered pages: from memory, else from Redis, else rendered once for all waiting requests.

use std::sync::Arc;
use std::time::Instant;

use super::flight::{Landed, Leader, Part};
use super::load::{ATTEMPTS, to_the_end};
use super::memory::{HeldPage, LocalStamps};
use super::metrics::Source;
use super::redis_tier::RedisTier;
use super::{
    Cache, CacheKey, Encoding, InMemory, Level, LoadError, Missed, Outcome, Rendered, Served,
    StoredPage, TagSet, caller,
};

impl Cache {
    /// The valid page that this process has under a key. Costs no I/O.
    ///
    /// # Errors
    /// [`Missed`] if there is none: then call [`Self::get_or_render`].
    pub fn page_in_memory(&self, key: &CacheKey) -> Result<InMemory, Missed> {
        let ended = self.flights.ended();
        let found = self.find_in_memory(key);
        let found = found.map_err(|invalidated| Missed { ended, invalidated })?;
        self.metrics.count_page(Source::Memory);
        self.popular.note(key, |tally| tally.requests += 1);
        Ok(found)
    }

    /// The valid page in memory, or else whether memory has it invalidated.
    fn find_in_memory(&self, key: &CacheKey) -> Result<InMemory, bool> {
        let now = Instant::now();
        let page = self.memory.find(key, now)?;
        let ttl = page.ttl(now);
        self.record_at(Level::PageMemory, key, Outcome::Hit(ttl));
        self.metrics.time_hit(Level::PageMemory, now.elapsed());
        self.store_if_wanted(key, &page, now);
        let refresh = page.wants_refresh(now);
        Ok(InMemory { age: page.age(now), page, ttl, refresh })
    }

    /// Returns a page that memory does not have, rendered if no other level has it; one rendering, however many
    /// requests arrive. `tags` are its expected dependencies, `wanted` is the client's preferred encoding. The
    /// rendering continues if the caller is dropped. If the database can't be reached, a page that has expired may be
    /// served.
    ///
    /// # Errors
    /// Only the errors of the rendering.
    pub async fn get_or_render<E, F>(
        &self,
        key: &CacheKey,
        tags: TagSet,
        wanted: Encoding,
        missed: Missed,
        render: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Served, E>
    where
        E: LoadError,
        F: Future<Output = Result<Rendered, E>> + Send + 'static,
    {
        if self.memory.is_enabled() {
            self.metrics.count_miss(Level::PageMemory);
        }
        let tags = super::with_site(tags);
        let served = 'served: {
            for _ in 0..ATTEMPTS {
                match self.join(key, &tags) {
                    Part::Leader(leader) => {
                        let led = self.lead_page(leader, key, &tags, wanted, missed, render);
                        break 'served led.await;
                    }
                    Part::Follower(follower) => {
                        let known = follower.stamps().clone();
                        match follower.wait().await.and_then(landed::<E>) {
                            // A tag that only the rendering revealed may have been invalidated before this request
                            // came.
                            Some(Ok(served)) if !served.page.stamps.are_current_beside(&known) => {}
                            Some(result) => break 'served self.followed_page(key, result),
                            None => {}
                        }
                    }
                    Part::Alone => break,
                }
            }
            let rendered = render().await?;
            let stamps = self.memory.generations.capture(&tags);
            Ok(self.page_not_kept(key, rendered, stamps))
        };
        if let Ok(served) = &served {
            self.metrics.count_page(served.source());
            self.popular.note(key, |tally| tally.requests += 1);
        }
        served
    }

    /// Computes a page that is about to expire, unless another request already does.
    pub async fn refresh_page<E, F>(
        &self,
        key: &CacheKey,
        tags: TagSet,
        render: impl FnOnce() -> F + Send + 'static,
    ) where
        E: LoadError,
        F: Future<Output = Result<Rendered, E>> + Send + 'static,
    {
        if let Part::Leader(leader) = self.join(key, &super::with_site(tags)) {
            let (cache, key) = (self.clone(), key.clone());
            // If it fails, the page is computed after it has expired.
            let filling = async move { cache.fill_page(leader, &key, false, render).await };
            let _ = to_the_end(filling).await;
        }
    }

    async fn lead_page<E, F>(
        &self,
        leader: Leader,
        key: &CacheKey,
        tags: &TagSet,
        wanted: Encoding,
        missed: Missed,
        render: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Served, E>
    where
        E: LoadError,
        F: Future<Output = Result<Rendered, E>> + Send + 'static,
    {
        // The previous flight may have ended since memory was looked up.
        let Missed { ended, mut invalidated } = missed;
        if self.flights.ended() != ended {
            match self.find_in_memory(key) {
                Ok(InMemory { page, ttl, .. }) => {
                    let trail = vec![(Level::PageMemory, Outcome::Hit(ttl))];
                    return Ok(Served { page, trail });
                }
                Err(now_invalidated) => invalidated = now_invalidated,
            }
        }
        let found = self.look_up_page(key, wanted, tags, leader.stamps()).await;
        let filling = |leader, invalidated| {
            let (cache, key) = (self.clone(), key.clone());
            // On the heap, because it is large and a hit does not need it.
            Box::pin(async move { cache.fill_page(leader, &key, invalidated, render).await })
        };
        let Some((served, ends_soon)) = found else {
            return to_the_end(filling(leader, invalidated)).await;
        };
        if ends_soon || leader.has_followers() {
            leader.land(Arc::new(Ok::<_, E>(served.clone())));
        }
        if ends_soon {
            tokio::spawn(caller::carried(to_the_end(filling(leader, false))));
        }
        Ok(served)
    }

    /// The valid page that Redis has under a key, and whether it is about to expire.
    async fn look_up_page(
        &self,
        key: &CacheKey,
        wanted: Encoding,
        tags: &TagSet,
        stamps: &LocalStamps,
    ) -> Option<(Served, bool)> {
        let started = Instant::now();
        let tier = self.redis.as_ref()?;
        let held = self.find_page(tier, key, wanted, tags, stamps).await?;
        let left = held.ttl(Instant::now());
        let page = self.keep_in_memory(key, held);
        self.improve_later(key, &page, None);
        self.metrics.time_hit(Level::PageRedis, started.elapsed());
        let outcome = Outcome::Hit(left);
        self.record_at(Level::PageRedis, key, outcome);
        let trail = vec![(Level::PageRedis, outcome)];
        let ends_soon = page.ends_soon(Instant::now());
        Some((Served { page, trail }, ends_soon))
    }

    /// The valid page that Redis has under a key, with the body in an encoding, or the uncompressed body if it has none
    /// in that encoding.
    pub(super) async fn find_page(
        &self,
        tier: &RedisTier,
        key: &CacheKey,
        wanted: Encoding,
        tags: &TagSet,
        stamps: &LocalStamps,
    ) -> Option<HeldPage> {
        let level = key.level();
        let mut found = self.counted(level, tier.find(key, Some(wanted), tags).await).ok()?;
        // If a tag's generation is missing, so are the valid entries that the page is made of: they are not looked up.
        stamps.note_found(&found.generations);
        let (entry, left, local) = self.validated(tier, level, &found, stamps).await?;
        let head = entry.page.as_ref()?;
        let (encoding, body) = if head.text_length().is_none() {
            (Encoding::Identity, entry.value.clone())
        } else if head.has(wanted) {
            (wanted, found.body.take()?)
        } else {
            let text = tier.find_body(key, Encoding::Identity).await;
            (Encoding::Identity, self.counted(level, text).ok()??)
        };
        if head.has(encoding) && !head.fits(encoding, &body) {
            return None;
        }
        let page = StoredPage::read(head, encoding, body)?;
        Some(HeldPage::new(page, entry.age(), left, head.lifetime(), local))
    }

    /// A follower's copy of its leader's result.
    fn followed_page<E>(&self, key: &CacheKey, result: Result<Served, E>) -> Result<Served, E> {
        let mut served = result?;
        if let Some((level, outcome)) = served.trail.last_mut() {
            if matches!(outcome, Outcome::Miss { .. } | Outcome::Bypass) {
                *outcome = Outcome::Collapsed;
            }
            match level {
                // The miss is counted already.
                Level::PageMemory => self.metrics.count_collapsed(*level),
                _ => self.record_at(*level, key, *outcome),
            }
        }
        Ok(served)
    }
}

fn landed<E: Clone + 'static>(landed: Landed) -> Option<Result<Served, E>> {
    landed.downcast_ref::<Result<Served, E>>().cloned()
}
