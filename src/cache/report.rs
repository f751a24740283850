//! Reports on the cache for operators (sizes, figures), and removes entries.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_redis::redis;
use deadpool_redis::redis::aio::MultiplexedConnection;

use super::asking::Asking;
use super::popular::Tally;
use super::redis_tier::RedisTier;
use super::{Cache, CacheError, CacheKey, RedisReport, Refusal};

/// The number and size of the entries of one family.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LevelReport {
    /// The number of entries.
    pub entries: u64,
    /// The bytes of their values.
    pub bytes: u64,
}

/// The state of the tiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierState {
    /// `up`, `repairing` (connected, but not used before the event log is applied), `down`, or `off` without a Redis.
    pub redis: &'static str,
    /// How often Redis was taken into use.
    pub connections: u64,
    /// Whether Redis answers, even if it is not in use.
    pub answers: bool,
    /// Why Redis is not in use, if that is known.
    pub problem: Option<Arc<str>>,
    /// The commands that Redis refuses although it answers.
    pub refusals: Vec<Refusal>,
    /// Whether this process hears of every event.
    pub listening: bool,
    /// The maximum size of the pages in this process, in bytes; 0 if none are stored.
    pub memory_bound: u64,
}

/// The number of keys that each step of a scan requests.
const SCAN_COUNT: usize = 500;

impl Cache {
    /// Counts the pages in this process, including invalid ones.
    pub fn report_memory(&self) -> LevelReport {
        let (entries, bytes) = self.memory.size();
        LevelReport { entries, bytes }
    }

    /// The state of the tiers. Makes no request.
    pub fn tier_state(&self) -> TierState {
        let link = self.redis.as_ref().map(|tier| tier.link.report());
        TierState {
            redis: link.as_ref().map_or("off", |link| link.state.name()),
            connections: link.as_ref().map_or(0, |link| link.connections),
            answers: link.as_ref().is_some_and(|link| link.answers),
            refusals: link.as_ref().map_or_else(Vec::new, |link| link.refusals.clone()),
            problem: link.and_then(|link| link.problem),
            listening: self.lease.is_armed(Instant::now()),
            memory_bound: self.memory.limit(),
        }
    }

    /// The counts of each page since the last call.
    pub fn take_tallies(&self) -> Vec<(CacheKey, Tally)> {
        self.popular.take()
    }

    /// The time that Redis takes to answer a request, and its own figures; `None` while it is not in use.
    pub async fn ping_redis(&self) -> Option<(Duration, RedisReport)> {
        let mut redis = self.redis.as_ref()?.link.connection()?.redis;
        let started = Instant::now();
        redis.ask::<()>(&redis::cmd("PING")).await.ok()?;
        let took = started.elapsed();
        // An account that may not read them is not refused again and again.
        let refusals = self.tier_state().refusals;
        let report = match refusals.iter().any(|refusal| refusal.command == "INFO") {
            true => None,
            false => redis.ask::<String>(&redis::cmd("INFO")).await.ok(),
        };
        Some((took, RedisReport::parse(&report.unwrap_or_default())))
    }

    /// The server's own figures, which include all its clients.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses.
    pub async fn report_redis(&self) -> Result<RedisReport, CacheError> {
        let mut redis = self.tier()?.link.unhurried().await?;
        let text: String = redis.ask(&redis::cmd("INFO")).await?;
        Ok(RedisReport::parse(&text))
    }

    /// Removes the entries of some families, valid or not, and returns the number of each. It only frees memory:
    /// entries that must not be served have to be invalidated first.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses; the remaining entries expire.
    pub async fn remove(&self, families: &[&str]) -> Result<Vec<u64>, CacheError> {
        let tier = self.tier()?;
        let mut redis = tier.link.unhurried().await?;
        let mut removed = Vec::new();
        for family in families {
            let mut count = 0;
            let mut cursor = 0;
            loop {
                let (next, keys) = scan(tier, &mut redis, family, cursor).await?;
                if !keys.is_empty() {
                    count += redis.ask::<u64>(redis::cmd("UNLINK").arg(keys)).await?;
                }
                if next == 0 {
                    break;
                }
                cursor = next;
            }
            removed.push(count);
        }
        Ok(removed)
    }

    pub(super) fn tier(&self) -> Result<&RedisTier, CacheError> {
        self.redis.as_ref().ok_or(CacheError::Unavailable)
    }
}

async fn scan(
    tier: &RedisTier,
    redis: &mut Asking<MultiplexedConnection>,
    family: &str,
    cursor: u64,
) -> Result<(u64, Vec<Vec<u8>>), CacheError> {
    let pattern = tier.key(&format!("{family}:*"));
    let mut command = redis::cmd("SCAN");
    command.arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(SCAN_COUNT);
    redis.ask(&command).await
}
