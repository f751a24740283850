//! Reads what each tier has under a key and whether it is valid, without changing or counting anything.

use std::time::{Duration, Instant};

use super::{Cache, CacheError, CacheKey, Entry, Generation, Tag, TagSet, with_site};

/// What each tier has under a key.
#[derive(Debug)]
pub struct Inspection {
    /// The page in this process; `None` if there is none.
    pub memory: Option<HeldEntry>,
    /// What Redis has under the key.
    pub redis: Result<InRedis, CacheError>,
}

/// A page in this process.
#[derive(Debug, Clone)]
pub struct HeldEntry {
    /// How long ago its data were read.
    pub age: Duration,
    /// How long it may still be served; zero if it has expired.
    pub ttl: Duration,
    /// Its bodies' lengths in bytes, by encoding.
    pub sizes: Vec<(&'static str, usize)>,
    /// The tags that it depends on.
    pub tags: TagSet,
    /// The tags that were invalidated since it was loaded.
    pub void: TagSet,
}

/// What Redis has under a key.
#[derive(Debug, Clone)]
pub enum InRedis {
    /// Nothing.
    Absent,
    /// Something that is not an entry.
    Unreadable,
    /// An entry.
    Entry {
        /// How long ago its data were read.
        age: Duration,
        /// How long it may still be served; zero if it has expired.
        ttl: Duration,
        /// Its bodies' lengths in bytes, by encoding.
        sizes: Vec<(&'static str, usize)>,
        /// Each of its tags.
        tags: Vec<TagState>,
        /// Whether this same build wrote it.
        own_build: bool,
    },
}

/// A tag of an entry, with the generation at its load and the current one.
#[derive(Debug, Clone)]
pub struct TagState {
    /// The tag.
    pub tag: Tag,
    /// The generation that the entry carries.
    pub stamped: Generation,
    /// The current generation of the tag; `None` if nothing was loaded since it was invalidated.
    pub current: Option<Generation>,
}

impl InRedis {
    /// How long a valid entry may still be served; `None` if neither tier has one.
    pub fn time_left(&self) -> Option<Duration> {
        match self {
            Self::Entry { ttl, tags, own_build: true, .. }
                if !ttl.is_zero() && !tags.iter().any(TagState::is_void) =>
            {
                Some(*ttl)
            }
            Self::Absent | Self::Unreadable | Self::Entry { .. } => None,
        }
    }
}

impl TagState {
    /// Whether this tag makes the entry invalid.
    pub fn is_void(&self) -> bool {
        self.current.as_ref() != Some(&self.stamped)
    }
}

impl Cache {
    /// Reads what each tier has under a key. Costs at most two round trips to Redis.
    pub async fn inspect(&self, key: &CacheKey) -> Inspection {
        Inspection { memory: self.inspect_memory(key), redis: self.inspect_redis(key).await }
    }

    fn inspect_memory(&self, key: &CacheKey) -> Option<HeldEntry> {
        let now = Instant::now();
        let held = self.memory.held(key)?;
        let (tags, void) = held.stamps.state();
        Some(HeldEntry {
            age: held.age(now),
            ttl: held.ttl(now),
            sizes: held.page.sizes(),
            tags,
            void,
        })
    }

    async fn inspect_redis(&self, key: &CacheKey) -> Result<InRedis, CacheError> {
        let tier = self.tier()?;
        let found = tier.find(key, None, &with_site(TagSet::new())).await?;
        let Some(bytes) = found.bytes else {
            return Ok(InRedis::Absent);
        };
        let Some((own_build, entry)) = Entry::read(&bytes, key.level().version(&self.versions))
        else {
            return Ok(InRedis::Unreadable);
        };
        let carried: TagSet = entry.stamps.keys().cloned().collect();
        let current = tier.generations(&carried).await?;
        let state = |(tag, stamped): (&Tag, &Generation)| TagState {
            tag: tag.clone(),
            stamped: stamped.clone(),
            current: current.get(tag).cloned(),
        };
        Ok(InRedis::Entry {
            age: entry.age(),
            ttl: entry.remaining().unwrap_or_default(),
            sizes: sizes(&entry),
            tags: entry.stamps.iter().map(state).collect(),
            own_build,
        })
    }

    /// The generations of tags in Redis; those missing are left out.
    ///
    /// # Errors
    /// When Redis is not in use or fails.
    pub async fn generations_of(
        &self,
        tags: &TagSet,
    ) -> Result<std::collections::BTreeMap<Tag, Generation>, CacheError> {
        self.tier()?.generations(tags).await
    }
}

fn sizes(entry: &Entry) -> Vec<(&'static str, usize)> {
    match &entry.page {
        Some(head) => head.sizes(entry.value.len()),
        None => vec![("data", entry.value.len())],
    }
}
