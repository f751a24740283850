//! How many keys there are of which kind, and how large they are, as far as a bounded look can tell.
//!
//! **Invariant:** no look costs Redis more than a few thousand keys, however many it holds: a scan in steps that stops,
//! and sizes of a sample. What is not looked at is estimated from what is: a scan comes by the keys in the order of their
//! hashes, so the first ones are a fair sample of all.

use std::collections::{BTreeMap, HashSet};

use deadpool_redis::redis;
use deadpool_redis::redis::aio::MultiplexedConnection;

use super::asking::Asking;
use super::redis_tier::RedisTier;
use super::{Cache, CacheError, Entry, TagSet};

/// After so many keys a look ends.
const MOST_KEYS: usize = 2000;
/// Keys asked for per step.
const STEP: usize = 500;
/// The head of an entry is shorter than this, unless it carries hundreds of tags.
const HEAD_BYTES: usize = 16 * 1024;

/// How many of the keys were looked at, of whomever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sampled {
    /// How many.
    pub looked_at: u64,
    /// How many there are in the database.
    pub total: u64,
}

impl Sampled {
    /// Whether every key was looked at, so that numbers of keys are no estimates.
    pub fn is_complete(self) -> bool {
        self.looked_at >= self.total
    }

    /// How many there are in all, of what was found so often.
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

/// What a look at the keys found.
#[derive(Debug, Clone, Default)]
pub struct Census {
    /// How many keys were looked at.
    pub sampled: Sampled,
    /// How many of those looked at were others'.
    pub foreign: u64,
    /// The site's, by family.
    pub families: BTreeMap<&'static str, FamilyCensus>,
    /// Why no key was weighed, if that failed.
    pub unweighed: Option<CacheError>,
}

/// Keys of one family.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FamilyCensus {
    /// How many were looked at.
    pub keys: u64,
    /// How many of them were weighed.
    pub weighed: u64,
    /// What those take in memory, with Redis's own bookkeeping.
    pub bytes: u64,
}

impl Census {
    /// How many keys of a family there are; an estimate, unless every key was looked at.
    pub fn entries(&self, family: &str) -> u64 {
        self.sampled.scaled(self.family(family).keys)
    }

    /// What the keys of a family take in memory; an estimate, unless every key was looked at, and weighed. `None` where
    /// none could be weighed.
    pub fn bytes(&self, family: &str) -> Option<u64> {
        let (found, entries) = (self.family(family), self.entries(family));
        let bytes = found.bytes as f64 * entries as f64 / found.weighed.max(1) as f64;
        self.unweighed.is_none().then(|| bytes.round() as u64)
    }

    fn family(&self, name: &str) -> FamilyCensus {
        self.families.get(name).copied().unwrap_or_default()
    }
}

/// Entries that carry certain tags, and are not void by them.
#[derive(Debug, Clone)]
pub struct Carriers {
    /// In Redis; `None` when there is no Redis.
    pub redis: Option<Result<RedisCarriers, CacheError>>,
    /// Pages of this process.
    pub memory: u64,
}

/// The same in Redis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedisCarriers {
    /// By family, among the keys looked at.
    pub families: Vec<u64>,
    /// How many keys were looked at.
    pub sampled: Sampled,
}

impl Cache {
    /// Looks at the keys. `family` names the family of a key without the site's prefix; what has none is not counted. At
    /// most so many of each family are weighed.
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
        // A key may have gone meanwhile.
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

    /// Counts the entries of some families that an invalidation of tags would end.
    pub async fn count_carriers(&self, families: &[&str], tags: &TagSet) -> Carriers {
        let redis = match self.redis {
            Some(_) => Some(self.count_in_redis(families, tags).await),
            None => None,
        };
        let (memory, carried) = (self.memory.clone(), tags.clone());
        // It looks at every page, while other requests of this thread need not wait.
        let memory = tokio::task::spawn_blocking(move || memory.count_carriers(&carried));
        Carriers { redis, memory: memory.await.unwrap_or(0) }
    }

    async fn count_in_redis(
        &self,
        families: &[&str],
        tags: &TagSet,
    ) -> Result<RedisCarriers, CacheError> {
        // Without leave to take in what others wrote to a key, only the start of each is read.
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

/// The first keys of a scan, and how many there are.
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
    // A scan may come by a key twice while the table grows.
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

/// A key without the site's prefix; `None` for another's.
fn own(tier: &RedisTier, key: &[u8]) -> Option<String> {
    let name = key.strip_prefix(tier.prefix.as_bytes())?.strip_prefix(b":")?;
    Some(String::from_utf8_lossy(name).into_owned())
}
