//! What operators ask of the cache: sizes, figures, the removal of entries.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_redis::redis;
use deadpool_redis::redis::aio::MultiplexedConnection;

use super::asking::Asking;
use super::popular::Tally;
use super::redis_tier::RedisTier;
use super::{Cache, CacheError, CacheKey, RedisReport, Refusal};

/// Entries of one family in Redis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LevelReport {
    /// How many.
    pub entries: u64,
    /// Their values' bytes.
    pub bytes: u64,
}

/// The ways to what the cache holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierState {
    /// `up`, `repairing` (connected, and not used before the event log is applied), `down`, or `off` without a Redis.
    pub redis: &'static str,
    /// How often Redis was taken into use.
    pub connections: u64,
    /// Whether Redis answers, in use or not.
    pub answers: bool,
    /// Why Redis is not in use, as far as that is known.
    pub problem: Option<Arc<str>>,
    /// What Redis refuses, though it answers.
    pub refusals: Vec<Refusal>,
    /// Whether this process hears of every event.
    pub listening: bool,
    /// The most bytes that pages in this process may take; 0 when none are kept.
    pub memory_bound: u64,
}

/// Keys asked for per step of a scan.
const SCAN_COUNT: usize = 500;

impl Cache {
    /// Counts the pages that this process holds; those that are void are still among them.
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

    /// What was counted of each page since the last time that this was asked.
    pub fn take_tallies(&self) -> Vec<(CacheKey, Tally)> {
        self.popular.take()
    }

    /// How long Redis takes to answer a request, and its own figures; `None` while it is not in use.
    pub async fn ping_redis(&self) -> Option<(Duration, RedisReport)> {
        let mut redis = self.redis.as_ref()?.link.connection()?.redis;
        let started = Instant::now();
        redis.ask::<()>(&redis::cmd("PING")).await.ok()?;
        let took = started.elapsed();
        // An account that may not ask for them is not told so again and again.
        let refusals = self.tier_state().refusals;
        let report = match refusals.iter().any(|refusal| refusal.command == "INFO") {
            true => None,
            false => redis.ask::<String>(&redis::cmd("INFO")).await.ok(),
        };
        Some((took, RedisReport::parse(&report.unwrap_or_default())))
    }

    /// The server's own figures, which count every client.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses.
    pub async fn report_redis(&self) -> Result<RedisReport, CacheError> {
        let mut redis = self.tier()?.link.unhurried().await?;
        let text: String = redis.ask(&redis::cmd("INFO")).await?;
        Ok(RedisReport::parse(&text))
    }

    /// Removes the entries of some families, void or not, and returns how many of each there were. It only frees their
    /// memory: what may not be served has to be void before.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses; entries that are left expire by themselves.
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
