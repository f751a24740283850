//! How many keys there are of which kind, and how large they are, as far as a bounded look can tell.
//!
//! **Invariant:** no look costs Redis more than a few thousand keys, however many it holds: a scan in steps that stops,
//! and sizes of a sample. What is not looked at is estimated from what is: a scan comes by the keys in the order of their
//! hashes, so the first ones are a fair sample of all.

use std::collections::{BTreeMap, HashSet};

use deadpool_redis::redis;

use super::redis_tier::RedisTier;
use super::{Cache, CacheError, Entry, TagSet};

/// After so many keys a look ends.
const MOST_KEYS: usize = 2000;
/// Keys asked for per step.
const STEP: usize = 500;
/// So many keys of each family are weighed.
const MOST_WEIGHED: u64 = 40;
/// The head of an entry is shorter than this, unless it carries hundreds of tags.
const HEAD_BYTES: usize = 16 * 1024;

/// What a look at the keys found.
#[derive(Debug, Clone, Default)]
pub struct Census {
    /// How many keys were looked at, of whomever.
    pub looked_at: u64,
    /// How many there are in the database.
    pub total: u64,
    /// How many of those looked at were others'.
    pub foreign: u64,
    /// The site's, by family.
    pub families: BTreeMap<&'static str, FamilyCensus>,
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
    /// Whether every key was looked at, so that numbers of keys are no estimates.
    pub fn is_complete(&self) -> bool {
        self.looked_at >= self.total
    }

    /// How many keys there are for each that was looked at.
    pub fn scale(&self) -> f64 {
        match self.looked_at {
            0 => 1.0,
            looked_at => (self.total.max(looked_at) as f64) / looked_at as f64,
        }
    }
}

/// Entries that carry certain tags, and are not void by them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carriers {
    /// In Redis, by family, among the keys looked at; empty when Redis is not in use.
    pub families: Vec<u64>,
    /// How many keys were looked at.
    pub looked_at: u64,
    /// How many there are.
    pub total: u64,
    /// Pages of this process.
    pub memory: u64,
}

impl Cache {
    /// Looks at the keys. `family` names the family of a key without the site's prefix.
    ///
    /// # Errors
    /// When Redis is not in use or fails.
    pub async fn census(&self, family: fn(&str) -> &'static str) -> Result<Census, CacheError> {
        let tier = self.tier()?;
        let mut redis = tier.link.pooled().await?;
        let (keys, total) = walk(&mut redis).await?;
        let mut census = Census {
            looked_at: keys.len() as u64,
            total: total.max(keys.len() as u64),
            ..Census::default()
        };
        let mut weighed = Vec::new();
        let mut pipeline = redis::pipe();
        for key in &keys {
            let Some(name) = own(tier, key) else {
                census.foreign += 1;
                continue;
            };
            let name = family(&name);
            let of_family = census.families.entry(name).or_default();
            of_family.keys += 1;
            if of_family.keys <= MOST_WEIGHED {
                weighed.push(name);
                pipeline.cmd("MEMORY").arg("USAGE").arg(key);
            }
        }
        if weighed.is_empty() {
            return Ok(census);
        }
        // A key may have gone meanwhile.
        let sizes: Vec<Option<u64>> = pipeline.query_async(&mut redis).await?;
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
        let counted = self.count_in_redis(families, tags).await;
        let memory = self.memory.count_carriers(tags);
        Carriers {
            memory,
            ..counted.unwrap_or_default()
        }
    }

    async fn count_in_redis(
        &self,
        families: &[&str],
        tags: &TagSet,
    ) -> Result<Carriers, CacheError> {
        // Without leave to take in what others wrote to a key, only the start of each is read.
        const START: &str = "local v = redis.pcall('GETRANGE', KEYS[1], 0, ARGV[1]) \
            return type(v) == 'string' and v or ''";
        let tier = self.tier()?;
        let current = tier.generations(tags).await?;
        let mut redis = tier.link.pooled().await?;
        let (keys, total) = walk(&mut redis).await?;
        let mut carriers = Carriers {
            families: vec![0; families.len()],
            looked_at: keys.len() as u64,
            total: total.max(keys.len() as u64),
            memory: 0,
        };
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
            let starts: Vec<Vec<u8>> = pipeline.query_async(&mut redis).await?;
            for ((family, _), start) in some.iter().zip(starts) {
                let stamps = Entry::stamps_at_start(&start, &self.build).unwrap_or_default();
                let carries =
                    |tag| current.contains_key(tag) && stamps.get(tag) == current.get(tag);
                carriers.families[*family] += u64::from(tags.iter().any(carries));
            }
        }
        Ok(carriers)
    }
}

/// The first keys of a scan, and how many there are.
async fn walk(redis: &mut deadpool_redis::Connection) -> redis::RedisResult<(Vec<Vec<u8>>, u64)> {
    let total: u64 = redis::cmd("DBSIZE").query_async(redis).await?;
    let (mut keys, mut cursor) = (Vec::new(), 0_u64);
    loop {
        let mut command = redis::cmd("SCAN");
        command.arg(cursor).arg("COUNT").arg(STEP);
        let (next, some): (u64, Vec<Vec<u8>>) = command.query_async(redis).await?;
        keys.extend(some);
        if next == 0 || keys.len() >= MOST_KEYS {
            break;
        }
        cursor = next;
    }
    // A scan may come by a key twice while the table grows.
    let mut seen = HashSet::new();
    keys.retain(|key: &Vec<u8>| seen.insert(key.clone()));
    Ok((keys, total))
}

/// A key without the site's prefix; `None` for another's.
fn own(tier: &RedisTier, key: &[u8]) -> Option<String> {
    let name = key
        .strip_prefix(tier.prefix.as_bytes())?
        .strip_prefix(b":")?;
    Some(String::from_utf8_lossy(name).into_owned())
}
