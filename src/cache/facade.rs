//! The cache as the services see it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::link::Link;
use super::metrics::Metrics;
use super::policy::{CachePolicy, MAX_BODY_BYTES};
use super::redis_tier::{Found, RedisTier};
use super::{
    CacheError, CacheKey, Encoding, Entry, Level, Outcome, Stamps, StoredPage, Tag, TagSet, Tagged,
};
use crate::config::CacheConfig;

/// Reads through to a loader, stores, invalidates; cheap to clone.
#[derive(Clone)]
pub struct Cache {
    pub(super) redis: Option<RedisTier>,
    pub(super) metrics: Arc<Metrics>,
    build: Arc<str>,
    lifetimes: Lifetimes,
    /// Whether something that no log tells was missed, so that the next repair has to void everything.
    pub(super) doubtful: Arc<AtomicBool>,
}

/// How long entries are kept at most, by level.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// Rendered pages.
    pub page: Duration,
    /// Query results.
    pub queryset: Duration,
    /// Row counts.
    pub count: Duration,
}

/// A loaded value, and how long it may be kept.
#[derive(Debug)]
pub struct Fill<T> {
    /// The value.
    pub value: T,
    /// Its lifetime, before jitter.
    pub ttl: Duration,
}

/// A value, and whether the cache had it.
#[derive(Debug)]
pub struct Cached<T> {
    /// The value with its dependencies.
    pub tagged: Tagged<T>,
    /// How the level took part.
    pub outcome: Outcome,
}

/// What the page cache had.
#[derive(Debug)]
pub enum PageLookup {
    /// A valid page.
    Hit {
        /// The page.
        page: StoredPage,
        /// How long it has been kept.
        age: Duration,
        /// How long it may still be kept.
        ttl: Duration,
    },
    /// None, but one could be stored.
    Miss,
    /// Redis is not in use.
    Bypass,
}

impl Cache {
    /// Prepares a cache; `build` tells this build's entries from another's.
    ///
    /// # Errors
    /// When the Redis URL can't be used.
    pub fn new(
        config: &CacheConfig,
        redis_url: Option<&str>,
        build: &str,
    ) -> Result<Self, CacheError> {
        let lifetimes = Lifetimes {
            page: config.page_ttl,
            queryset: config.queryset_ttl,
            count: config.count_ttl,
        };
        let longest = lifetimes.page.max(lifetimes.queryset).max(lifetimes.count);
        let tier = |url| -> Result<RedisTier, CacheError> {
            Ok(RedisTier {
                link: Link::new(url)?,
                prefix: config.key_prefix.clone(),
                generation_ttl: longest * 2 + Duration::from_secs(60),
            })
        };
        let redis = redis_url.map(tier).transpose()?;
        Ok(Self {
            redis,
            metrics: Arc::default(),
            build: build.into(),
            lifetimes,
            doubtful: Arc::default(),
        })
    }

    /// How long entries are kept at most.
    pub fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    /// The counters.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The value under a key, loaded if the cache has none that is valid. `tags` are what the value depends on.
    ///
    /// # Errors
    /// Only those of the loader: without Redis the value is loaded.
    pub async fn get_or_load<T, E, F>(
        &self,
        key: &CacheKey,
        tags: &TagSet,
        load: impl FnOnce() -> F,
    ) -> Result<Cached<T>, E>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<Fill<T>, E>>,
    {
        let tags = with_site(tags);
        let started = Instant::now();
        let found = match &self.redis {
            Some(tier) => tier.find(key, &tags).await.ok(),
            None => None,
        };
        let (Some(tier), Some(found)) = (&self.redis, found) else {
            let Fill { value, ttl } = load().await?;
            self.record(key, Outcome::Bypass);
            let tagged = Tagged {
                value,
                stamps: Stamps::Unknown,
                fresh_until: Instant::now() + ttl,
            };
            return Ok(Cached {
                tagged,
                outcome: Outcome::Bypass,
            });
        };
        if let Some((entry, left)) = self.validated(tier, &found).await
            && let Some(value) = entry
                .parts
                .first()
                .and_then(|part| serde_json::from_slice(part).ok())
        {
            self.metrics
                .level(key.level())
                .latency
                .record(started.elapsed());
            self.record(key, Outcome::Hit(left));
            let tagged = Tagged {
                value,
                stamps: entry.stamps(),
                fresh_until: Instant::now() + left,
            };
            return Ok(Cached {
                tagged,
                outcome: Outcome::Hit(left),
            });
        }
        // Before the load, so that a write during it makes the entry void.
        let stamps = match missing(&tags, &found) {
            true => tier.mint(&tags).await.unwrap_or(Stamps::Unknown),
            false => Stamps::Known(found.generations),
        };
        let Fill { value, ttl } = load().await?;
        let ttl = jittered(ttl);
        let tagged = Tagged {
            value,
            stamps,
            fresh_until: Instant::now() + ttl,
        };
        let stored = match serde_json::to_vec(&tagged.value) {
            Ok(json) => {
                let parts = vec![json.into()];
                self.store(key, &tagged.stamps, ttl, serde_json::Value::Null, parts)
                    .await
            }
            Err(_) => false,
        };
        let outcome = Outcome::Miss { stored };
        self.record(key, outcome);
        Ok(Cached { tagged, outcome })
    }

    /// Looks a page up; `tags` are those that it is expected to carry, which saves a round trip.
    pub async fn find_page(&self, key: &CacheKey, tags: &TagSet) -> PageLookup {
        let started = Instant::now();
        let Some(tier) = &self.redis else {
            self.record(key, Outcome::Bypass);
            return PageLookup::Bypass;
        };
        let Ok(found) = tier.find(key, &with_site(tags)).await else {
            self.record(key, Outcome::Bypass);
            return PageLookup::Bypass;
        };
        if let Some((entry, ttl)) = self.validated(tier, &found).await
            && let Some(page) = StoredPage::read(&entry)
        {
            self.metrics
                .level(key.level())
                .latency
                .record(started.elapsed());
            self.record(key, Outcome::Hit(ttl));
            return PageLookup::Hit {
                page,
                age: entry.age(),
                ttl,
            };
        }
        PageLookup::Miss
    }

    /// Stores a page if its policy allows; returns whether it did. Counts the miss that led to it.
    pub async fn store_page(
        &self,
        key: &CacheKey,
        page: &StoredPage,
        policy: &CachePolicy,
    ) -> bool {
        let left = policy.fresh_until.saturating_duration_since(Instant::now());
        let ttl = jittered(self.lifetimes.page).min(left);
        let stored = !ttl.is_zero()
            && page.body(Encoding::Identity).len() <= MAX_BODY_BYTES
            && self
                .store(key, &policy.stamps, ttl, page.about(), page.parts())
                .await;
        self.record(key, Outcome::Miss { stored });
        stored
    }

    /// Counts a page that was computed without being stored.
    pub fn page_not_stored(&self, key: &CacheKey) {
        self.record(key, Outcome::Miss { stored: false });
    }

    /// Voids every entry that carries one of the tags. With `once`, an event that some instance has applied is left
    /// alone. `cause` is for the log. Without a Redis there is nothing to void.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses; it is then repaired before it is used again.
    pub async fn invalidate(
        &self,
        event: &str,
        cause: &str,
        tags: &TagSet,
        once: bool,
    ) -> Result<(), CacheError> {
        let Some(tier) = &self.redis else {
            return Ok(());
        };
        let applied = tier.invalidate(event, tags, once).await;
        let levels = [Level::PageRedis, Level::Queryset, Level::Count];
        let levels = levels.map(|level| self.metrics.level(level));
        if applied.is_err() {
            levels.iter().for_each(|level| level.count_error());
        }
        if applied? {
            let list: Vec<String> = tags.iter().map(Tag::to_string).collect();
            let list = list.join(",");
            log::info!("cache invalidated level=redis event={event} cause={cause} tags={list}");
            levels.iter().for_each(|level| level.count_invalidation());
        }
        Ok(())
    }

    /// The entry of a look-up with the time that it has left, if it is valid.
    async fn validated(&self, tier: &RedisTier, found: &Found) -> Option<(Entry, Duration)> {
        let entry = Entry::decode(found.bytes.as_ref()?, &self.build)?;
        let left = entry.remaining()?;
        let carried: TagSet = entry.stamps.keys().cloned().collect();
        if !carried.contains(&Tag::site()) {
            return None;
        }
        let current: BTreeMap<_, _> = match carried
            .iter()
            .all(|tag| found.generations.contains_key(tag))
        {
            true => found.generations.clone(),
            false => tier.generations(&carried).await.ok()?,
        };
        let alive = entry
            .stamps
            .iter()
            .all(|(tag, generation)| current.get(tag) == Some(generation));
        alive.then_some((entry, left))
    }

    async fn store(
        &self,
        key: &CacheKey,
        stamps: &Stamps,
        ttl: Duration,
        about: serde_json::Value,
        parts: Vec<actix_web::web::Bytes>,
    ) -> bool {
        let (Some(tier), Stamps::Known(generations)) = (&self.redis, stamps) else {
            return false;
        };
        let entry = Entry {
            created: SystemTime::now(),
            ttl,
            stamps: generations.clone(),
            about,
            parts,
        };
        tier.store(key, &entry.encode(&self.build), ttl, &stamps.tags())
            .await
            .is_ok()
    }

    fn record(&self, key: &CacheKey, outcome: Outcome) {
        self.metrics.count(key.level(), outcome);
        let level = key.level().name();
        if key.level() == Level::Session {
            return;
        }
        match outcome {
            Outcome::Hit(ttl) => {
                log::info!("cache hit level={level} key={key} ttl={}", ttl.as_secs())
            }
            Outcome::Bypass => log::info!("cache bypass level={level} key={key}"),
            Outcome::Miss { stored } => {
                log::info!("cache miss level={level} key={key}");
                if stored {
                    log::info!("cache stored level={level} key={key}");
                }
            }
        }
    }
}

fn with_site(tags: &TagSet) -> TagSet {
    let mut tags = tags.clone();
    tags.insert(Tag::site());
    tags
}

fn missing(tags: &TagSet, found: &Found) -> bool {
    tags.iter().any(|tag| !found.generations.contains_key(tag))
}

/// Spreads lifetimes by ± 5 %, so that what was stored together does not expire together.
fn jittered(ttl: Duration) -> Duration {
    ttl.mul_f64(rand::random_range(0.95..=1.05))
}
