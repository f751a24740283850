//! The position in the event log up to which Redis is current.
//!
//! The position is stored in the same keyspace as the entries, so that both are lost, evicted, restored or failed over
//! together. Its writer decides what the text means.

use std::sync::LazyLock;

use deadpool_redis::redis::{self, Script};

use super::redis_tier::{APPLIED, POSITION};
use super::{Cache, CacheError, EventMark, Tag};

/// Moves the position if it is still the one that was read; a server that was replaced meanwhile has another.
static MOVE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("move_position.lua")));

/// A position that was read, and the connection that it was read over.
#[derive(Debug, Clone)]
pub struct HeldPosition {
    /// The position; `None` if there is none.
    pub text: Option<String>,
    connection: u64,
}

impl Cache {
    /// Reads the position.
    ///
    /// # Errors
    /// When Redis is not in use or fails; it is then repaired before it is used again.
    pub async fn position(&self) -> Result<HeldPosition, CacheError> {
        // A key of another type has no position.
        const SCRIPT: &str =
            "local v = redis.pcall('GET', KEYS[1]) return type(v) == 'string' and v or false";
        let tier = self.tier()?;
        let mut command = redis::cmd("EVAL");
        command.arg(SCRIPT).arg(1).arg(tier.key(POSITION));
        let (bytes, connection): (Option<Vec<u8>>, u64) = tier
            .run_invalidation(async |c| Ok((command.query_async(&mut c.redis).await?, c.number())))
            .await?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(HeldPosition { text, connection })
    }

    /// Moves the position from the one that was read. It is written even if it does not change, because that proves
    /// that the server accepts writes: one that doesn't would miss invalidations.
    ///
    /// **Invariant:** a position is moved only over the connection over which it was read, because everything in
    /// between was applied over it; another connection may lead to a server that missed it: a replica or a restored
    /// copy with the same position.
    ///
    /// # Errors
    /// The errors of [`Cache::position`]; also if the connection has been replaced.
    pub async fn move_position(&self, from: &HeldPosition, to: &str) -> Result<(), CacheError> {
        let tier = self.tier()?;
        let mut script = MOVE.prepare_invoke();
        script.key(tier.key(POSITION)).arg(from.text.as_deref().unwrap_or_default()).arg(to);
        let moved = tier.run_invalidation(async |c| match c.number() == from.connection {
            true => script.invoke_async(&mut c.redis).await.map(Some),
            false => Ok(None),
        });
        moved.await?.ok_or(CacheError::Unavailable)
    }

    /// For each event, whether it is not marked as applied.
    ///
    /// # Errors
    /// The errors of [`Cache::position`].
    pub async fn unapplied(&self, events: &[EventMark]) -> Result<Vec<bool>, CacheError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        // A key of another type has no marks.
        const SCRIPT: &str = "local marks = redis.pcall('ZMSCORE', KEYS[1], unpack(ARGV)) \
            local missing = {} for i = 1, #ARGV do missing[i] = (marks.err or not marks[i]) and 1 or 0 end return missing";
        let tier = self.tier()?;
        let mut missing = Vec::new();
        for part in events.chunks(1000) {
            let mut command = redis::cmd("EVAL");
            command
                .arg(SCRIPT)
                .arg(1)
                .arg(tier.key(APPLIED))
                .arg(part.iter().map(EventMark::as_str).collect::<Vec<_>>());
            missing.extend(
                tier.run_invalidation(async |c| {
                    command.query_async::<Vec<bool>>(&mut c.redis).await
                })
                .await?,
            );
        }
        Ok(missing)
    }

    /// Invalidates every entry of the site and forgets which events were applied, because the state of Redis is
    /// unknown.
    ///
    /// # Errors
    /// The errors of [`Cache::position`].
    pub async fn void_all(&self) -> Result<(), CacheError> {
        let tier = self.tier()?;
        let mut command = redis::cmd("DEL");
        command.arg(tier.generation_key(&Tag::site())).arg(tier.key(APPLIED));
        tier.run_invalidation(async |c| command.query_async(&mut c.redis).await).await
    }
}
