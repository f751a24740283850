//! What operators ask of the cache: sizes, figures, a test, a clear.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use deadpool_redis::redis::{self, RedisResult};

use super::link::Connection;
use super::redis_tier::RedisTier;
use super::{Cache, CacheError, CacheKey, HeldPage, Level, ProbeStep, StoredPage, Tag, TagSet};

/// Entries of one family in Redis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LevelReport {
    /// How many.
    pub entries: u64,
    /// Their values' bytes.
    pub bytes: u64,
}

/// What the server says of itself: fields of `INFO`.
#[derive(Debug, Clone, Default)]
pub struct RedisReport(BTreeMap<String, String>);

impl RedisReport {
    /// Reads the answer to `INFO`.
    pub fn parse(text: &str) -> Self {
        let pair = |line: &str| {
            let (field, value) = line.split_once(':')?;
            Some((field.to_owned(), value.trim().to_owned()))
        };
        Self(text.lines().filter_map(pair).collect())
    }

    /// A field as text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// A field as a whole number; 0 when it is absent.
    pub fn number(&self, field: &str) -> u64 {
        self.text(field)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    }
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
    /// Whether this process hears of every event.
    pub listening: bool,
    /// The most bytes that pages in this process may take; 0 when none are kept.
    pub memory_bound: u64,
}

/// How long a key that lives for 5 ms may take to go.
const EXPIRY_PATIENCE: Duration = Duration::from_millis(200);
/// Keys asked for per step of a scan.
const SCAN_COUNT: usize = 500;

impl Cache {
    /// Counts the pages that this process holds; those that are void are still among them.
    pub fn report_memory(&self) -> LevelReport {
        let (entries, bytes) = self.memory.size();
        LevelReport { entries, bytes }
    }

    /// The ways to what the cache holds. Asks nobody.
    pub fn tier_state(&self) -> TierState {
        let link = self.redis.as_ref().map(|tier| tier.link.report());
        TierState {
            redis: link.as_ref().map_or("off", |link| link.state.name()),
            connections: link.as_ref().map_or(0, |link| link.connections),
            answers: link.as_ref().is_some_and(|link| link.answers),
            problem: link.and_then(|link| link.problem),
            listening: self.lease.is_armed(Instant::now()),
            memory_bound: self.memory.limit(),
        }
    }

    /// The server's own figures, which count every client.
    ///
    /// # Errors
    /// When Redis is not in use or fails.
    pub async fn report_redis(&self) -> Result<RedisReport, CacheError> {
        let mut redis = self.tier()?.link.pooled().await?;
        let text: String = redis::cmd("INFO").query_async(&mut redis).await?;
        Ok(RedisReport::parse(&text))
    }

    /// Voids every entry of the site, on every instance, then removes those of some families; returns how many of
    /// each were removed.
    ///
    /// # Errors
    /// When Redis is not in use or fails; if it was only out of reach, what it holds is void before it is used again.
    pub async fn clear(&self, families: &[&str]) -> Result<Vec<u64>, CacheError> {
        let tier = self.tier()?;
        tier.void(&Tag::site()).await?;
        let mut redis = tier.link.pooled().await?;
        let mut removed = Vec::new();
        for family in families {
            let mut count = 0;
            let mut cursor = 0;
            loop {
                let (next, keys) = scan(tier, &mut redis, family, cursor).await?;
                if !keys.is_empty() {
                    count += redis::cmd("UNLINK")
                        .arg(keys)
                        .query_async::<u64>(&mut redis)
                        .await?;
                }
                if next == 0 {
                    break;
                }
                cursor = next;
            }
            removed.push(count);
        }
        log::info!("cache invalidated level=redis event=clear tags=site");
        Ok(removed)
    }

    /// Sets, gets, expires and deletes a page in memory; the time is that of all four. No steps where the tier is
    /// turned off.
    pub fn probe_memory(&self) -> Vec<ProbeStep> {
        if !self.memory.is_enabled() {
            return Vec::new();
        }
        let token = super::Generation::mint();
        let key = CacheKey::new(Level::PageMemory, "probe", token.as_str());
        let page = |lifetime| {
            let body = Bytes::from_static(b"probe");
            let page = StoredPage::uncompressed(HeaderValue::from_static("text/plain"), body);
            let stamps = self.memory.generations.capture(&TagSet::new());
            HeldPage::new(page, Duration::ZERO, lifetime, lifetime, stamps)
        };
        let started = Instant::now();
        let done = self
            .memory
            .probe(&key, page(EXPIRY_PATIENCE), page(Duration::ZERO));
        let micros = started.elapsed().as_micros();
        let steps = ["set", "get", "expire", "delete"].into_iter().zip(done);
        let step = |(step, success)| ProbeStep {
            level: Level::PageMemory.name(),
            step,
            success,
            micros,
        };
        steps.map(step).collect()
    }

    /// Sets, gets, expires and deletes a key in Redis, and times each.
    ///
    /// # Errors
    /// When Redis is not in use or fails.
    pub async fn probe_redis(&self) -> Result<Vec<ProbeStep>, CacheError> {
        let tier = self.tier()?;
        let token = super::Generation::mint();
        let value = token.as_str();
        let key = tier.key(&format!("probe:{value}"));
        let commands: [(&'static str, redis::Cmd, redis::Value); 6] = [
            (
                "set",
                cmd(&["SET", &key, value, "EX", "60"]),
                redis::Value::Okay,
            ),
            (
                "get",
                cmd(&["GET", &key]),
                redis::Value::BulkString(value.into()),
            ),
            ("expire", cmd(&["PEXPIRE", &key, "5"]), redis::Value::Int(1)),
            ("expired", cmd(&["EXISTS", &key]), redis::Value::Int(0)),
            (
                "set again",
                cmd(&["SET", &key, value, "EX", "60"]),
                redis::Value::Okay,
            ),
            ("delete", cmd(&["DEL", &key]), redis::Value::Int(1)),
        ];
        let mut steps = Vec::new();
        for (step, command, want) in commands {
            let started = Instant::now();
            let mut success = false;
            // Only the expiry needs more than one look.
            while !success && started.elapsed() < EXPIRY_PATIENCE {
                let run = async |c: &mut Connection| command.query_async(&mut c.redis).await;
                let got: redis::Value = tier.run(run).await?;
                success = got == want;
                if step != "expired" {
                    break;
                }
            }
            let micros = started.elapsed().as_micros();
            steps.push(ProbeStep {
                level: Level::PageRedis.name(),
                step,
                success,
                micros,
            });
        }
        Ok(steps)
    }

    pub(super) fn tier(&self) -> Result<&RedisTier, CacheError> {
        self.redis.as_ref().ok_or(CacheError::Unavailable)
    }
}

fn cmd(words: &[&str]) -> redis::Cmd {
    let mut command = redis::Cmd::new();
    command.arg(words);
    command
}

async fn scan(
    tier: &RedisTier,
    redis: &mut deadpool_redis::Connection,
    family: &str,
    cursor: u64,
) -> RedisResult<(u64, Vec<Vec<u8>>)> {
    let pattern = tier.key(&format!("{family}:*"));
    let mut command = redis::cmd("SCAN");
    command
        .arg(cursor)
        .arg("MATCH")
        .arg(pattern)
        .arg("COUNT")
        .arg(SCAN_COUNT);
    command.query_async(redis).await
}
