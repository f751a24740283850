//! Up to where Redis reflects the log of events.
//!
//! The position lies in the same keyspace as the entries, so that both are lost, evicted, restored or failed over
//! together. What it says is its writer's affair.

use deadpool_redis::redis::{self, RedisResult};

use super::redis_tier::RedisTier;
use super::{Cache, CacheError, Tag};

impl Cache {
    /// The position that Redis holds; `None` when it has none.
    ///
    /// # Errors
    /// When Redis is not in use or fails.
    pub async fn position(&self) -> Result<Option<String>, CacheError> {
        let tier = self.tier()?;
        let bytes: Option<Vec<u8>> = tier.repairing(&get(tier)).await?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// Moves the position.
    ///
    /// # Errors
    /// When Redis is not in use or fails.
    pub async fn set_position(&self, position: &str) -> Result<(), CacheError> {
        let tier = self.tier()?;
        let mut command = redis::cmd("SET");
        command.arg(tier.key("position")).arg(position);
        tier.repairing(&command).await
    }

    /// Makes every entry of the site void, because what it reflects is not known.
    ///
    /// # Errors
    /// When Redis is not in use or fails.
    pub async fn void_all(&self) -> Result<(), CacheError> {
        self.tier()?.void(&Tag::site()).await
    }
}

/// A key of another type holds no position.
fn get(tier: &RedisTier) -> redis::Cmd {
    const SCRIPT: &str =
        "local v = redis.pcall('GET', KEYS[1]) return type(v) == 'string' and v or false";
    let mut command = redis::cmd("EVAL");
    command.arg(SCRIPT).arg(1).arg(tier.key("position"));
    command
}

impl RedisTier {
    /// Runs a command that may run while Redis is repaired.
    async fn repairing<T: redis::FromRedisValue>(
        &self,
        command: &redis::Cmd,
    ) -> Result<T, CacheError> {
        let connection = self.link.connection_for_invalidation();
        let mut connection = connection.ok_or(CacheError::Unavailable)?;
        let result: RedisResult<T> = command.query_async(&mut connection.redis).await;
        self.check(&connection, result)
    }
}
