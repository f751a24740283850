//! Entries and generations in Redis.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use deadpool_redis::redis::{self, RedisResult, Script};

use super::compression::Encoding;
use super::error::CacheError;
use super::lease::Lease;
use super::link::{Connection, Link};
use super::page_head::BODIES;
use super::{CacheKey, EventMark, Generation, Stamps, Tag, TagSet};
use crate::config::CacheVersions;

/// Deletes the generations of some events' tags, and marks the events as applied.
static INVALIDATE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("invalidate.lua")));
/// Reads the generations of tags, makes those that are missing or malformed, and leases the load under them.
static LEASE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lease.lua")));
/// Stores an entry with its bodies, all or nothing.
static STORE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("store.lua")));

/// The key of the position in the event log. The number in this key and the next grows with each release that maps
/// events to other tags: what an older instance has applied does not cover tags that are new, so each release applies
/// every event itself and has its own position. Generations are shared.
pub(super) const POSITION: &str = "log_position:2";
/// The key of the marks of applied events; see [`POSITION`].
pub(super) const APPLIED: &str = "applied:2";
/// How long Redis remembers that an event was applied.
const APPLIED_SECONDS: u64 = 3600;
/// How long a generation is kept that was minted for a load: until an entry that carries it is stored, which keeps it
/// for longer. A request for something that does not exist leaves nothing behind after that.
pub(super) const MINTED: Duration = Duration::from_secs(60);
/// How long other instances leave a load to the one that holds its lease. Too short, and a slow load is made twice;
/// too long, and a leader that died delays the others.
const LEASE_MS: u64 = 2000;

/// The result of one look-up.
pub(super) struct Found {
    /// The bytes under the key.
    pub(super) bytes: Option<Bytes>,
    /// The requested body of a page.
    pub(super) body: Option<Bytes>,
    /// The generations of the requested tags, without the missing ones.
    pub(super) generations: BTreeMap<Tag, Generation>,
}

/// Access to Redis under the site's prefix.
#[derive(Clone)]
pub(super) struct RedisTier {
    pub(super) link: Link,
    pub(super) prefix: String,
    pub(super) versions: Arc<CacheVersions>,
    /// The lease for reading; `None` if an answer may be old.
    pub(super) lease: Option<Arc<Lease>>,
    /// How long a generation is kept at least after its last use: longer than every entry that carries it.
    pub(super) generation_ttl: Duration,
}

impl RedisTier {
    /// The same tier, reading whether or not the lease lasts.
    pub(super) fn beyond_lease(&self) -> Self {
        Self { lease: None, ..self.clone() }
    }

    pub(super) fn key(&self, name: &str) -> String {
        [&self.prefix, ":", name].concat()
    }

    /// The Redis key of an entry, which includes the release's version.
    pub(super) fn entry_key(&self, key: &CacheKey) -> String {
        [&self.prefix, ":", key.as_str(), "#", self.version(key)].concat()
    }

    fn version(&self, key: &CacheKey) -> &str {
        key.level().version(&self.versions)
    }

    pub(super) fn generation_key(&self, tag: &Tag) -> String {
        [&self.prefix, ":gen:", tag.as_str()].concat()
    }

    fn body_key(&self, key: &CacheKey, encoding: Encoding) -> String {
        [&self.prefix, ":", BODIES, ":", encoding.name(), ":", key.as_str(), "#", self.version(key)]
            .concat()
    }

    /// The entry, one of its bodies, and the generations of the tags that it should carry, in one round trip.
    pub(super) async fn find(
        &self,
        key: &CacheKey,
        body: Option<Encoding>,
        tags: &TagSet,
    ) -> Result<Found, CacheError> {
        let keys = [self.entry_key(key)].into_iter();
        let keys = keys.chain(body.map(|encoding| self.body_key(key, encoding)));
        let mut values = self.get(keys, tags).await?.into_iter();
        let bytes = values.next().flatten().map(Bytes::from);
        let body = body.and_then(|_| values.next().flatten()).map(Bytes::from);
        Ok(Found { bytes, body, generations: generations_of(tags, values) })
    }

    /// A body of a page.
    pub(super) async fn find_body(
        &self,
        key: &CacheKey,
        encoding: Encoding,
    ) -> Result<Option<Bytes>, CacheError> {
        let values = self.get([self.body_key(key, encoding)], &TagSet::new()).await?;
        Ok(values.into_iter().next().flatten().map(Bytes::from))
    }

    /// The generations of tags, without the missing ones.
    pub(super) async fn generations(
        &self,
        tags: &TagSet,
    ) -> Result<BTreeMap<Tag, Generation>, CacheError> {
        Ok(generations_of(tags, self.get([], tags).await?))
    }

    /// The values of some keys, then those of the tags' generations.
    async fn get(
        &self,
        keys: impl IntoIterator<Item = String>,
        tags: &TagSet,
    ) -> Result<Vec<Option<Vec<u8>>>, CacheError> {
        let mut command = redis::cmd("MGET");
        for key in keys.into_iter().chain(tags.iter().map(|tag| self.generation_key(tag))) {
            command.arg(key);
        }
        self.run(async |c| command.query_async(&mut c.redis).await).await
    }

    /// The generations to load under, the missing ones minted, and whether the load is the caller's: another instance
    /// may be loading already. Others wait for the load only if its value is to be `stored`.
    pub(super) async fn lease(
        &self,
        key: &CacheKey,
        tags: &TagSet,
        stored: bool,
    ) -> Result<(Stamps, bool), CacheError> {
        let mut script = LEASE.prepare_invoke();
        script.key(self.lease_key(key));
        script.arg(MINTED.as_secs()).arg(if stored { LEASE_MS } else { 0 });
        for tag in tags {
            script.key(self.generation_key(tag)).arg(Generation::mint().as_str());
        }
        let (leased, tokens): (bool, Vec<Vec<u8>>) = self
            .run(async |c| {
                let values: Vec<redis::Value> = script.invoke_async(&mut c.redis).await?;
                let mut values = values.into_iter();
                let leased = redis::from_redis_value(values.next().unwrap_or(redis::Value::Nil))?;
                let tokens = values.map(redis::from_redis_value);
                Ok((leased, tokens.collect::<Result<_, _>>()?))
            })
            .await?;
        let generations: Option<Vec<_>> =
            tokens.iter().map(|token| Generation::read(token)).collect();
        let stamps = match generations {
            Some(list) if list.len() == tags.len() => {
                Stamps::Known(tags.iter().cloned().zip(list).collect())
            }
            _ => Stamps::Unknown,
        };
        Ok((stamps, leased))
    }

    /// Ends the lease of a load that failed.
    pub(super) async fn release(&self, key: &CacheKey) -> Result<(), CacheError> {
        let mut command = redis::cmd("DEL");
        command.arg(self.lease_key(key));
        self.run(async |c| command.query_async(&mut c.redis).await).await
    }

    fn lease_key(&self, key: &CacheKey) -> String {
        [&self.prefix, ":lease:", key.as_str(), "#", self.version(key)].concat()
    }

    /// Stores an entry with its bodies, keeps its generations for longer than the entry, and ends the lease of its
    /// load.
    pub(super) async fn store(
        &self,
        key: &CacheKey,
        bytes: &[u8],
        bodies: &[(Encoding, Bytes)],
        ttl: Duration,
        tags: &TagSet,
    ) -> Result<(), CacheError> {
        let millis = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1);
        let mut script = STORE.prepare_invoke();
        script.key(self.lease_key(key)).key(self.entry_key(key));
        script.arg(millis).arg(self.generation_ttl.max(ttl * 2).as_secs()).arg(bytes);
        for (encoding, body) in bodies {
            script.key(self.body_key(key, *encoding)).arg(body.as_ref());
        }
        for tag in tags {
            script.key(self.generation_key(tag));
        }
        self.run(async |c| script.invoke_async::<()>(&mut c.redis).await).await
    }

    /// Deletes the generations of some events' tags. Returns whether this call did it: with `once`, events that some
    /// instance has already applied are skipped.
    pub(super) async fn invalidate(
        &self,
        events: &[EventMark],
        tags: &TagSet,
        once: bool,
    ) -> Result<bool, CacheError> {
        let mut script = INVALIDATE.prepare_invoke();
        script.key(self.key(APPLIED));
        let events: Vec<_> = events.iter().map(EventMark::as_str).collect();
        script.arg(APPLIED_SECONDS).arg(u8::from(once)).arg(events);
        tags.iter().for_each(|tag| {
            script.key(self.generation_key(tag));
        });
        self.run_invalidation(async |c| script.invoke_async(&mut c.redis).await).await
    }

    /// Deletes the generation of a tag.
    pub(super) async fn void(&self, tag: &Tag) -> Result<(), CacheError> {
        let mut command = redis::cmd("DEL");
        command.arg(self.generation_key(tag));
        self.run_invalidation(async |c| command.query_async(&mut c.redis).await).await
    }

    /// Runs a command on the hot path's connection, if Redis may be read.
    pub(super) async fn run<T>(
        &self,
        command: impl AsyncFnOnce(&mut Connection) -> RedisResult<T>,
    ) -> Result<T, CacheError> {
        let lease = self.lease.as_ref();
        if lease.is_some_and(|lease| !lease.lets_redis_answer(Instant::now())) {
            return Err(CacheError::Unavailable);
        }
        let mut connection = self.link.connection().ok_or(CacheError::Unavailable)?;
        let answer = command(&mut connection).await;
        answer.map_err(|err| {
            let err = connection.redis.error(err);
            self.link.failed(connection.number(), &err);
            err
        })
    }

    /// Runs a command that may run during a repair, and whose failure makes a repair necessary.
    pub(super) async fn run_invalidation<T>(
        &self,
        command: impl AsyncFnOnce(&mut Connection) -> RedisResult<T>,
    ) -> Result<T, CacheError> {
        let connection = self.link.connection_for_invalidation();
        let mut connection = connection.ok_or(CacheError::Unavailable)?;
        let answer = command(&mut connection).await;
        answer.map_err(|err| {
            let err = connection.redis.error(err);
            self.link.missed(connection.number(), &err);
            err
        })
    }
}

/// The tags with their generations, from the values in the same order.
fn generations_of(
    tags: &TagSet,
    values: impl IntoIterator<Item = Option<Vec<u8>>>,
) -> BTreeMap<Tag, Generation> {
    let pairs = tags.iter().cloned().zip(values);
    pairs.filter_map(|(tag, bytes)| Some((tag, Generation::read(&bytes?)?))).collect()
}
