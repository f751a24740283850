//! The cache as the services see it; how it loads, serves and invalidates is in the modules beside.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Semaphore;

use super::flight::{Flights, Part};
use super::lease::Lease;
use super::link::Link;
use super::memory::MemoryTier;
use super::metrics::Metrics;
use super::popular::Popular;
use super::recent::Recent;
use super::redis_tier::RedisTier;
use super::{CacheError, CacheKey, Entry, Level, Outcome, Stamps, TagSet};
use crate::config::{CacheConfig, RedisAddress};

/// Reads through to a loader, stores, invalidates; cheap to clone.
#[derive(Clone)]
pub struct Cache {
    pub(super) redis: Option<RedisTier>,
    pub(super) memory: Arc<MemoryTier>,
    pub(super) lease: Arc<Lease>,
    pub(super) flights: Arc<Flights>,
    /// One permit per core.
    pub(super) compressing: Arc<Semaphore>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) recent: Arc<Recent>,
    pub(super) popular: Arc<Popular>,
    pub(super) build: Arc<str>,
    pub(super) lifetimes: Lifetimes,
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

impl Cache {
    /// Prepares a cache; `build` tells this build's entries from another's.
    pub fn new(config: &CacheConfig, redis: Option<&RedisAddress>, build: &str) -> Self {
        let lifetimes = Lifetimes {
            page: config.page_ttl,
            queryset: config.queryset_ttl,
            count: config.count_ttl,
        };
        let longest = lifetimes.page.max(lifetimes.queryset).max(lifetimes.count);
        let lease = Arc::new(Lease::new());
        let redis = redis.map(|address| RedisTier {
            link: Link::new(address, &config.key_prefix),
            prefix: config.key_prefix.clone(),
            lease: Some(lease.clone()),
            generation_ttl: longest * 2 + Duration::from_secs(60),
        });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            redis,
            memory: Arc::new(MemoryTier::new(config.memory_bytes, lease.clone())),
            lease,
            flights: Arc::default(),
            compressing: Arc::new(Semaphore::new(cores)),
            metrics: Arc::default(),
            recent: Arc::default(),
            popular: Arc::default(),
            build: build.into(),
            lifetimes,
            doubtful: Arc::default(),
        }
    }

    /// How long entries are kept at most.
    pub fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    /// The counters.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Stores what was loaded so long ago and may still be kept for so long.
    pub(super) async fn store(
        &self,
        key: &CacheKey,
        stamps: &Stamps,
        age: Duration,
        ttl: Duration,
        about: serde_json::Value,
        parts: Vec<actix_web::web::Bytes>,
    ) -> bool {
        let (Some(tier), Stamps::Known(generations)) = (&self.redis, stamps) else {
            return false;
        };
        let entry = Entry {
            created: SystemTime::now() - age,
            ttl: age + ttl,
            stamps: generations.clone(),
            about,
            parts,
        };
        let bytes = entry.encode(&self.build);
        let stored = tier.store(key, &bytes, ttl, &stamps.tags()).await;
        self.counted(key.level(), stored).is_ok()
    }

    /// Counts a failure of Redis at a level; a Redis that is not in use has not failed.
    pub(super) fn counted<T>(
        &self,
        level: Level,
        result: Result<T, CacheError>,
    ) -> Result<T, CacheError> {
        if let Err(CacheError::Refused(_) | CacheError::Redis(_)) = &result {
            self.metrics.count_error(level);
        }
        result
    }

    /// A request's part in the load of a key.
    pub(super) fn join(&self, key: &CacheKey, tags: &TagSet) -> Part {
        let followed = self.lease.is_armed(Instant::now());
        let capture = || self.memory.generations.capture(tags);
        self.flights.join(key, followed, capture)
    }

    pub(super) fn record(&self, key: &CacheKey, outcome: Outcome) {
        self.record_at(key.level(), key, outcome);
    }

    /// Counts and logs how a level took part.
    pub(super) fn record_at(&self, level: Level, key: &CacheKey, outcome: Outcome) {
        self.metrics.count(level, outcome);
        self.log(level, key, outcome);
    }

    /// Logs how a level took part.
    pub(super) fn log(&self, level: Level, key: &CacheKey, outcome: Outcome) {
        if level == Level::Session {
            return;
        }
        let level = level.name();
        match outcome {
            Outcome::Hit(ttl) => {
                log::info!("cache hit level={level} key={key} ttl={}", ttl.as_secs())
            }
            Outcome::Stale(since) => {
                log::info!("cache stale level={level} key={key} ttl=-{}", since.as_secs())
            }
            Outcome::Collapsed => log::info!("cache collapsed level={level} key={key}"),
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
