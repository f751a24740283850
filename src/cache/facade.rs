//! The cache that the services use; the neighbouring modules load, serve and invalidate.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Semaphore;

use super::admission::Admission;
use super::flight::{Flights, Part};
use super::lease::Lease;
use super::link::Link;
use super::memory::MemoryTier;
use super::metrics::Metrics;
use super::page_head::Content;
use super::popular::Popular;
use super::recent::Recent;
use super::redis_tier::RedisTier;
use super::{CacheError, CacheKey, Entry, Level, Outcome, Stamps, TagSet};
use crate::config::{CacheConfig, CacheVersions, RedisAddress};

/// Returns cached values or loads them, stores and invalidates; cheap to clone.
#[derive(Clone)]
pub struct Cache(Arc<Parts>);

/// What the cache is made of.
pub struct Parts {
    pub(super) redis: Option<RedisTier>,
    pub(super) memory: Arc<MemoryTier>,
    pub(super) lease: Arc<Lease>,
    pub(super) flights: Flights,
    pub(super) admission: Admission,
    /// One permit per core.
    pub(super) compressing: Semaphore,
    pub(super) metrics: Metrics,
    pub(super) recent: Arc<Recent>,
    pub(super) popular: Popular,
    pub(super) versions: Arc<CacheVersions>,
    pub(super) lifetimes: Lifetimes,
    /// Whether something may have been missed that the log does not contain, so that the next repair must invalidate
    /// everything.
    pub(super) doubtful: AtomicBool,
}

/// The maximum lifetime of entries, by level.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// Rendered pages.
    pub page: Duration,
    /// Query results.
    pub queryset: Duration,
    /// Row counts.
    pub count: Duration,
}

impl Deref for Cache {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Cache {
    /// A cache with the memory tier and, if there is an address, Redis.
    pub fn new(config: &CacheConfig, redis: Option<&RedisAddress>) -> Self {
        let lifetimes = Lifetimes {
            page: config.page_ttl,
            queryset: config.queryset_ttl,
            count: config.count_ttl,
        };
        let longest = lifetimes.page.max(lifetimes.queryset).max(lifetimes.count);
        let lease = Arc::new(Lease::new());
        let versions = Arc::new(config.versions.clone());
        let redis = redis.map(|address| RedisTier {
            link: Link::new(address, &config.key_prefix),
            prefix: config.key_prefix.clone(),
            versions: versions.clone(),
            lease: Some(lease.clone()),
            generation_ttl: longest * 2 + Duration::from_secs(60),
        });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Parts {
            redis,
            memory: Arc::new(MemoryTier::new(config.memory_bytes, lease.clone())),
            lease,
            flights: Flights::default(),
            admission: Admission::new(),
            compressing: Semaphore::new(cores),
            metrics: Metrics::default(),
            recent: Arc::default(),
            popular: Popular::default(),
            versions,
            lifetimes,
            doubtful: AtomicBool::default(),
        }))
    }

    /// The lifetimes of entries by level.
    pub fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    /// The counters of this process.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// How many values of made-up keys were not stored in Redis at their first request.
    pub fn not_admitted(&self) -> u64 {
        self.admission.refused()
    }

    /// Stores content that was loaded `age` ago, for the rest of its lifetime.
    pub(super) async fn store(
        &self,
        key: &CacheKey,
        stamps: &Stamps,
        age: Duration,
        ttl: Duration,
        content: Content,
    ) -> bool {
        let (Some(tier), Stamps::Known(generations)) = (&self.redis, stamps) else {
            return false;
        };
        let entry = Entry {
            created: SystemTime::now() - age,
            ttl: age + ttl,
            stamps: generations.clone(),
            page: content.page,
            value: content.value,
        };
        let bytes = entry.encode(key.level().version(&self.versions));
        let stored = tier.store(key, &bytes, &content.bodies, ttl, &stamps.tags()).await;
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

    /// Joins the load of a key, as its leader or a follower.
    pub(super) fn join(&self, key: &CacheKey, tags: &TagSet) -> Part {
        let followed = self.lease.is_armed(Instant::now());
        let capture = || self.memory.generations.capture(tags);
        self.flights.join(key, followed, capture)
    }

    pub(super) fn record(&self, key: &CacheKey, outcome: Outcome) {
        self.record_at(key.level(), key, outcome);
    }

    /// Counts and logs the outcome of a level.
    pub(super) fn record_at(&self, level: Level, key: &CacheKey, outcome: Outcome) {
        self.metrics.count(level, outcome);
        self.log(level, key, outcome);
    }

    /// Logs the outcome of a level.
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
