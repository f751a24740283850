//! Up to where Redis reflects the log of events.
//!
//! The position lies in the same keyspace as the entries, so that both are lost, evicted, restored or failed over
//! together. What it says is its writer's affair.

use std::sync::LazyLock;

use deadpool_redis::redis::{self, Script};

use super::{Cache, CacheError, Tag};

/// Moves the position if it still is what the mover has read; a server that was replaced meanwhile holds another.
static MOVE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("move_position.lua")));

impl Cache {
    /// The position that Redis holds; `None` when it has none.
    ///
    /// # Errors
    /// When Redis is not in use or fails; it is then repaired before it is used again.
    pub async fn position(&self) -> Result<Option<String>, CacheError> {
        // A key of another type holds no position.
        const SCRIPT: &str =
            "local v = redis.pcall('GET', KEYS[1]) return type(v) == 'string' and v or false";
        let tier = self.tier()?;
        let mut command = redis::cmd("EVAL");
        command.arg(SCRIPT).arg(1).arg(tier.key("position"));
        let bytes: Option<Vec<u8>> = tier
            .run_invalidation(async |c| command.query_async(&mut c.redis).await)
            .await?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// Moves the position from the one that was read. It is written even where it does not change, because that
    /// proves that the server takes writes: one that doesn't would miss invalidations.
    ///
    /// # Errors
    /// As [`Cache::position`].
    pub async fn move_position(&self, from: Option<&str>, to: &str) -> Result<(), CacheError> {
        let tier = self.tier()?;
        let mut script = MOVE.prepare_invoke();
        script
            .key(tier.key("position"))
            .arg(from.unwrap_or_default())
            .arg(to);
        tier.run_invalidation(async |c| script.invoke_async(&mut c.redis).await)
            .await
    }

    /// Which of some events are not marked as applied.
    ///
    /// # Errors
    /// As [`Cache::position`].
    pub async fn unapplied(&self, events: &[String]) -> Result<Vec<bool>, CacheError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        // With a key of another type there are no marks.
        const SCRIPT: &str = "local marks = redis.pcall('ZMSCORE', KEYS[1], unpack(ARGV)) \
            local missing = {} for i = 1, #ARGV do missing[i] = (marks.err or not marks[i]) and 1 or 0 end return missing";
        let tier = self.tier()?;
        let mut missing = Vec::new();
        for part in events.chunks(1000) {
            let mut command = redis::cmd("EVAL");
            command
                .arg(SCRIPT)
                .arg(1)
                .arg(tier.key("applied"))
                .arg(part);
            missing.extend(
                tier.run_invalidation(async |c| {
                    command.query_async::<Vec<bool>>(&mut c.redis).await
                })
                .await?,
            );
        }
        Ok(missing)
    }

    /// Makes every entry of the site void, because what it reflects is not known; and forgets which events are
    /// applied, because another database may give their numbers anew.
    ///
    /// # Errors
    /// As [`Cache::position`].
    pub async fn void_all(&self) -> Result<(), CacheError> {
        let tier = self.tier()?;
        let mut command = redis::cmd("DEL");
        command
            .arg(tier.generation_key(&Tag::site()))
            .arg(tier.key("applied"));
        tier.run_invalidation(async |c| command.query_async(&mut c.redis).await)
            .await
    }
}
