//! Estimates how many keys Redis has, by family, and how large they are.
//!
//! **Invariant:** a census costs Redis at most a few thousand keys, however many it holds: it scans in steps, stops,
//! and weighs a sample. The rest is estimated: a scan returns keys in the order of their hashes, so the first ones are
//! a fair sample.

use std::collections::{BTreeMap, HashSet};

use deadpool_redis::redis;
use deadpool_redis::redis::aio::MultiplexedConnection;

use super::asking::Asking;
use super::redis_tier::RedisTier;
use super::{Cache, CacheError, Entry, TagSet};

/// A census stops after this many keys.
const MOST_KEYS: usize = 2000;
/// Keys asked for per step.
const STEP: usize = 500;
/// The head of an entry is shorter than this, unless it carries hundreds of tags.
const HEAD_BYTES: usize = 16 * 1024;

/// How many keys were examined, the site's and others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sampled {
    /// The number of keys that were examined.
    pub looked_at: u64,
    /// The number of keys in the database.
    pub total: u64,
}

impl Sampled {
    /// Whether every key was examined, so that the numbers are exact.
    pub fn is_complete(self) -> bool {
        self.looked_at >= self.total
    }

    /// The estimated total for a kind of key that was found this often.
    pub fn scaled(self, found: u64) -> u64 {
        match self.is_complete() {
            true => found,
            false => {
                let share = found as f64 / self.looked_at.max(1) as f64;
                (share * self.total as f64).round() as u64
            }
        }
    }
}

/// The result of a census.
#[derive(Debug, Clone, Default)]
pub struct Census {
    /// How many keys were examined.
    pub sampled: Sampled,
    /// How many of the examined keys belong to other programs.
    pub foreign: u64,
    /// The site's keys, by family.
    pub families: BTreeMap<&'static str, FamilyCensus>,
    /// Why no key was weighed, if weighing failed.
    pub unweighed: Option<CacheError>,
}

/// The examined keys of one family.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FamilyCensus {
    /// How many were examined.
    pub keys: u64,
    /// How many of them were weighed.
    pub weighed: u64,
    /// The memory that the weighed keys take, including Redis's overhead.
    pub bytes: u64,
}

impl Census {
    /// The number of keys of a family: an estimate, unless every key was examined.
    pub fn entries(&self, family: &str) -> u64 {
        self.sampled.scaled(self.family(family).keys)
    }

    /// The memory that a family's keys take: an estimate, unless every key was examined and weighed. `None` if no key
    /// could be weighed.
    pub fn bytes(&self, family: &str) -> Option<u64> {
        let (found, entries) = (self.family(family), self.entries(family));
        let bytes = found.bytes as f64 * entries as f64 / found.weighed.max(1) as f64;
        self.unweighed.is_none().then(|| bytes.round() as u64)
    }

    fn family(&self, name: &str) -> FamilyCensus {
        self.families.get(name).copied().unwrap_or_default()
    }
}

/// How many valid entries carry certain tags.
#[derive(Debug, Clone)]
pub struct Carriers {
    /// In Redis; `None` when there is no Redis.
    pub redis: Option<Result<RedisCarriers, CacheError>>,
    /// Pages in this process.
    pub memory: u64,
}

/// The entries in Redis that carry certain tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedisCarriers {
    /// The number of entries by family, among the examined keys.
    pub families: Vec<u64>,
    /// How many keys were examined.
    pub sampled: Sampled,
}

impl Cache {
    /// Examines the keys. `family` returns the family of a key without the site's prefix; keys without a family are not
    /// counted. At most `most_weighed` keys of each family are weighed.
    ///
    /// # Errors
    /// When Redis can't be reached, or refuses to list its keys.
    pub async fn census(
        &self,
        family: fn(&str) -> Option<&'static str>,
        most_weighed: u64,
    ) -> Result<Census, CacheError> {
        let tier = self.tier()?;
        let mut redis = tier.link.unhurried().await?;
        let (keys, sampled) = walk(&mut redis).await?;
        let mut census = Census { sampled, ..Census::default() };
        let mut weighed = Vec::new();
        let mut pipeline = redis::pipe();
        for key in &keys {
            let Some(name) = own(tier, key) else {
                census.foreign += 1;
                continue;
            };
            let Some(name) = family(&name) else {
                continue;
            };
            let of_family = census.families.entry(name).or_default();
            of_family.keys += 1;
            if of_family.keys <= most_weighed {
                weighed.push(name);
                pipeline.cmd("MEMORY").arg("USAGE").arg(key);
            }
        }
        if weighed.is_empty() {
            return Ok(census);
        }
        // A key may have been deleted meanwhile.
        let sizes: Vec<Option<u64>> = match redis.ask_all(&pipeline).await {
            Ok(sizes) => sizes,
            Err(err) => {
                census.unweighed = Some(err);
                return Ok(census);
            }
        };
        for (name, size) in weighed.into_iter().zip(sizes) {
            if let (Some(of_family), Some(size)) = (census.families.get_mut(name), size) {
                of_family.weighed += 1;
                of_family.bytes += size;
            }
        }
        Ok(census)
    }

    /// Counts the entries of some families that invalidating the tags would make invalid.
    pub async fn count_carriers(&self, families: &[&str], tags: &TagSet) -> Carriers {
        let redis = match self.redis {
            Some(_) => Some(self.count_in_redis(families, tags).await),
            None => None,
        };
        let (memory, carried) = (self.memory.clone(), tags.clone());
        // This looks at every page; other requests of this thread need not wait for it.
        let memory = tokio::task::spawn_blocking(move || memory.count_carriers(&carried));
        Carriers { redis, memory: memory.await.unwrap_or(0) }
    }

    async fn count_in_redis(
        &self,
        families: &[&str],
        tags: &TagSet,
    ) -> Result<RedisCarriers, CacheError> {
        // Reads only the start of each entry. `pcall`, because a key may have another type.
        const START: &str = "local v = redis.pcall('GETRANGE', KEYS[1], 0, ARGV[1]) \
            return type(v) == 'string' and v or ''";
        let tier = self.tier()?;
        let current = tier.generations(tags).await?;
        let mut redis = tier.link.unhurried().await?;
        let (keys, sampled) = walk(&mut redis).await?;
        let mut carriers = RedisCarriers { families: vec![0; families.len()], sampled };
        let of_family = |key: &[u8]| {
            let name = own(tier, key)?;
            let (family, _) = name.split_once(':')?;
            families.iter().position(|known| *known == family)
        };
        let known = keys.iter().filter_map(|key| Some((of_family(key)?, key)));
        let known: Vec<_> = known.collect();
        for some in known.chunks(100) {
            let mut pipeline = redis::pipe();
            for (_, key) in some {
                let command = pipeline.cmd("EVAL").arg(START).arg(1);
                command.arg(key.as_slice()).arg(HEAD_BYTES);
            }
            let starts: Vec<Vec<u8>> = redis.ask_all(&pipeline).await?;
            for ((family, _), start) in some.iter().zip(starts) {
                let stamps = Entry::stamps_at_start(&start).unwrap_or_default();
                let carries =
                    |tag| current.contains_key(tag) && stamps.get(tag) == current.get(tag);
                carriers.families[*family] += u64::from(tags.iter().any(carries));
            }
        }
        Ok(carriers)
    }
}

/// The first keys of a scan, and the number of all keys.
async fn walk(
    redis: &mut Asking<MultiplexedConnection>,
) -> Result<(Vec<Vec<u8>>, Sampled), CacheError> {
    let total = redis.ask::<u64>(&redis::cmd("DBSIZE")).await;
    let (mut keys, mut cursor) = (Vec::new(), 0_u64);
    loop {
        let mut command = redis::cmd("SCAN");
        command.arg(cursor).arg("COUNT").arg(STEP);
        let (next, some): (u64, Vec<Vec<u8>>) = redis.ask(&command).await?;
        keys.extend(some);
        cursor = next;
        if next == 0 || keys.len() >= MOST_KEYS {
            break;
        }
    }
    // A scan may return a key twice while the table grows.
    let mut seen = HashSet::new();
    keys.retain(|key: &Vec<u8>| seen.insert(key.clone()));
    let looked_at = keys.len() as u64;
    let total = match total {
        Ok(total) => total.max(looked_at),
        // A reader who has seen all listings needs no count.
        Err(_) if cursor == 0 => looked_at,
        Err(err) => return Err(err),
    };
    Ok((keys, Sampled { looked_at, total }))
}

/// A key without the site's prefix; `None` for another program's key.
fn own(tier: &RedisTier, key: &[u8]) -> Option<String> {
    let name = key.strip_prefix(tier.prefix.as_bytes())?.strip_prefix(b":")?;
    Some(String::from_utf8_lossy(name).into_owned())
}
