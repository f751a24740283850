//! Renders a page that no level has, stores it, and later compresses it better.
//!
//! Memory gets a page before Redis does, so that requests that wait for the page don't wait for Redis.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::flight::Leader;
use super::load::jittered;
use super::memory::{GRACE, HeldPage, LocalStamps};
use super::page::SETTLED;
use super::policy::MAX_BODY_BYTES;
use super::redis_tier::MINTED;
use super::{
    Cache, CacheKey, Encoding, Level, LoadError, Outcome, Rendered, Served, Stamps, StoredPage,
    caller,
};

impl Cache {
    /// Renders a page, stores it, and gives it to the followers. `invalidated` says whether that is because an
    /// invalidation ended the page that memory had.
    pub(super) async fn fill_page<E, F>(
        self,
        leader: Leader,
        key: &CacheKey,
        invalidated: bool,
        render: impl FnOnce() -> F,
    ) -> Result<Served, E>
    where
        E: LoadError,
        F: Future<Output = Result<Rendered, E>>,
    {
        let started = Instant::now();
        let rendered = render().await;
        let took = started.elapsed();
        self.metrics.time_load(Level::PageRedis, took);
        self.popular.note(key, |tally| tally.add_load(took, invalidated));
        let result = match rendered {
            Ok(rendered) => {
                let policy = rendered.policy.as_ref();
                let storing = policy.map(|policy| policy.storing.clone()).unwrap_or_default();
                let mut served = self.keep_page::<E>(&leader, key, rendered).await;
                // Only the leader reports whether the data were stored, and waits for that.
                if !storing.all_succeeded().await {
                    served.data_not_stored();
                }
                Ok(served)
            }
            Err(err) if err.is_outage() => match self.stale_page(key) {
                Some(served) => Ok(served),
                None => {
                    let served = self.stale_page_of_redis(key, leader.stamps()).await;
                    served.ok_or(err)
                }
            },
            Err(err) => Err(err),
        };
        leader.land(Arc::new(result.clone()));
        result
    }

    /// A page that has expired, or whose tier has lost contact with the database.
    fn stale_page(&self, key: &CacheKey) -> Option<Served> {
        let (page, since) = self.memory.find_stale(key)?;
        let outcome = Outcome::Stale(since);
        self.record_at(Level::PageMemory, key, outcome);
        let trail = vec![(Level::PageMemory, outcome)];
        Some(Served { page, trail })
    }

    /// A page in Redis after the lease for reading it has ended: it may have missed events.
    async fn stale_page_of_redis(&self, key: &CacheKey, stamps: &LocalStamps) -> Option<Served> {
        let since = self.lease.ended_for(Instant::now())?;
        let since = Some(since).filter(|since| *since <= GRACE)?;
        let tier = self.redis.as_ref()?.beyond_lease();
        // A notice is inserted into the uncompressed body.
        let held = self.find_page(&tier, key, Encoding::Identity, stamps.tags(), stamps).await?;
        let outcome = Outcome::Stale(since);
        self.record_at(Level::PageRedis, key, outcome);
        Some(Served {
            page: self.keep_in_memory(key, held),
            trail: vec![(Level::PageRedis, outcome)],
        })
    }

    async fn keep_page<E: LoadError>(
        &self,
        leader: &Leader,
        key: &CacheKey,
        rendered: Rendered,
    ) -> Served {
        let now = Instant::now();
        let policy = rendered.policy.as_ref();
        let left = policy
            .map_or(Duration::ZERO, |policy| policy.fresh_until.saturating_duration_since(now));
        let ttl = jittered(self.lifetimes.page).min(left);
        // Tags that only the data could reveal were captured before the data were read.
        let local = policy.map_or_else(LocalStamps::default, |policy| policy.local.clone());
        let local = leader.stamps().union(&local);
        let stamps = policy.and_then(|policy| match &policy.stamps {
            Stamps::Unknown => None,
            known => local.only(&known.tags()),
        });
        let fits = !ttl.is_zero() && rendered.body.len() <= MAX_BODY_BYTES;
        let redis_is_up = self.redis_is_up() == Some(true);
        let (Some(policy), Some(stamps), true) = (policy, stamps, fits) else {
            return self.page_not_kept(key, rendered, local);
        };
        if !redis_is_up && !self.memory.is_enabled() {
            return self.page_not_kept(key, rendered, stamps);
        }
        let Some(page) = self.compressible(&rendered).await else {
            return self.page_not_kept(key, rendered, stamps);
        };
        let admitted = self.admission.admits(key);
        // Compression took its time.
        let ttl = ttl.min(policy.fresh_until.saturating_duration_since(Instant::now()));
        let content = page.content(ttl);
        let age = policy.loaded.elapsed();
        // In memory first: other requests need not wait for Redis.
        let held = HeldPage::new(page, age, ttl, ttl, stamps);
        let held = match admitted {
            true => held,
            false => held.unstored(policy.stamps.clone(), MINTED),
        };
        let page = self.keep_in_memory(key, held);
        self.improve_later(key, &page, admitted.then(|| (policy.stamps.clone(), ttl)));
        let stored = match &policy.stamps {
            Stamps::Known(_) if admitted => {
                if leader.has_followers() {
                    let mut trail = policy.trail.clone();
                    trail.push((Level::PageRedis, Outcome::Miss { stored: true }));
                    let page = page.clone();
                    leader.land(Arc::new(Ok::<_, E>(Served { page, trail })));
                }
                self.store(key, &policy.stamps, age, ttl, content).await
            }
            _ => false,
        };
        let mut trail = policy.trail.clone();
        if let Some(outcome) = self.outcome_in_redis(&policy.stamps, stored) {
            trail.push((Level::PageRedis, outcome));
            self.record_at(Level::PageRedis, key, outcome);
        }
        let kept = self.memory.is_enabled() && page.stamps.are_current();
        // If Redis stores it too, only the outcome of Redis is reported.
        if !stored {
            let outcome = Outcome::Miss { stored: kept };
            self.log(Level::PageMemory, key, outcome);
            trail.push((Level::PageMemory, outcome));
        }
        Served { page, trail }
    }

    /// A page to store. It is compressed on request; or now, if that takes long, or if only Redis stores it, where
    /// every instance reads it.
    async fn compressible(&self, rendered: &Rendered) -> Option<StoredPage> {
        let (content_type, body) = (rendered.content_type.clone(), rendered.body.clone());
        if self.memory.is_enabled()
            && let Some(page) = StoredPage::lazy(content_type.clone(), &body)
        {
            return Some(page);
        }
        // Other requests of this thread need not wait for the compression. More compressions at once than there are
        // cores would only take more memory.
        let _permit = self.compressing.acquire().await;
        let compressed = tokio::task::spawn_blocking(move || StoredPage::new(content_type, body));
        compressed.await.ok()
    }

    /// Compresses a page better in the background if it is still stored after a while; also the copy in Redis, if it
    /// was stored there under generations, for a lifetime.
    pub(super) fn improve_later(
        &self,
        key: &CacheKey,
        page: &Arc<HeldPage>,
        in_redis: Option<(Stamps, Duration)>,
    ) {
        if !page.page.is_lazy() || !self.memory.is_enabled() {
            return;
        }
        // A page that is evicted meanwhile is not kept alive for this.
        let (cache, key, page) = (self.clone(), key.clone(), Arc::downgrade(page));
        tokio::spawn(async move {
            tokio::time::sleep(SETTLED).await;
            let fresh = page.upgrade().filter(|page| page.is_fresh(Instant::now()));
            let (Some(old), Ok(_permit)) = (fresh, cache.compressing.acquire().await) else {
                return;
            };
            let page = old.clone();
            let improved = tokio::task::spawn_blocking(move || page.improved()).await;
            let Ok(Some(page)) = improved else {
                return;
            };
            let now = Instant::now();
            let (age, left) = (page.age(now), page.ttl(now));
            let stored = in_redis.map(|(stamps, lifetime)| (stamps, page.page.content(lifetime)));
            if cache.memory.replace(&key, &old, page)
                && let Some((stamps, content)) = stored
            {
                cache.store(&key, &stamps, age, left, content).await;
            }
        });
    }

    /// Stores a page in Redis that only memory has, in the background, if it is time for that: memory was asked for it again.
    pub(super) fn store_if_wanted(&self, key: &CacheKey, page: &Arc<HeldPage>, now: Instant) {
        let Some(stamps) = page.take_unstored(now) else {
            return;
        };
        let (cache, key, page) = (self.clone(), key.clone(), page.clone());
        tokio::spawn(caller::carried(async move {
            let (age, left) = (page.age(now), page.ttl(now));
            let content = page.page.content(page.lifetime());
            if cache.store(&key, &stamps, age, left, content).await {
                cache.metrics.count_store(Level::PageRedis);
                log::info!("cache stored level={} key={key}", Level::PageRedis.name());
            }
        }));
    }

    /// The part of `Cache-Status` for Redis; nothing without Redis.
    fn outcome_in_redis(&self, stamps: &Stamps, stored: bool) -> Option<Outcome> {
        self.redis.as_ref()?;
        Some(match stamps {
            Stamps::Local(_) => Outcome::Bypass,
            Stamps::Known(_) | Stamps::Unknown => Outcome::Miss { stored },
        })
    }

    pub(super) fn keep_in_memory(&self, key: &CacheKey, held: HeldPage) -> Arc<HeldPage> {
        let page = Arc::new(held);
        if self.memory.insert(key, &page) {
            self.metrics.count_store(Level::PageMemory);
        }
        page
    }

    /// A page that is sent and not stored.
    pub(super) fn page_not_kept(
        &self,
        key: &CacheKey,
        rendered: Rendered,
        stamps: LocalStamps,
    ) -> Served {
        let age = rendered.policy.as_ref();
        let age = age.map_or(Duration::ZERO, |policy| policy.loaded.elapsed());
        let (mut trail, redis) = match rendered.policy {
            Some(policy) => {
                let outcome = self.outcome_in_redis(&policy.stamps, false);
                (policy.trail, outcome)
            }
            None => (Vec::new(), Some(Outcome::Bypass)),
        };
        let outcome = redis.unwrap_or(Outcome::Bypass);
        let level = match redis {
            Some(_) => Level::PageRedis,
            None => Level::PageMemory,
        };
        trail.push((level, outcome));
        self.record_at(level, key, outcome);
        let page = StoredPage::uncompressed(rendered.content_type, rendered.body);
        let held = HeldPage::new(page, age, Duration::ZERO, Duration::ZERO, stamps);
        let page = Arc::new(held);
        Served { page, trail }
    }
}
