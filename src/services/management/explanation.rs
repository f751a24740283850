//! Explains how a page would be answered: its key, its tags, the entry at each level, and its last invalidation.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::Management;
use crate::cache::{
    Cache, CacheKey, Generation, HeldEntry, InRedis, Inspection, Level, Tag, TagSet,
};
use crate::db::event_log;
use crate::domain::{Event, ListingQuery, PropertyId};
use crate::events::tags_of as tags_of_change;
use crate::services::{Listings, PageKey};

/// A page, with those of its queries that have keys of their own.
#[derive(Debug, Clone)]
pub struct ExplainedPage {
    /// The page's identity.
    pub key: PageKey,
    /// The list that it shows.
    pub list: Option<ListingQuery>,
    /// The listing that it shows.
    pub listing: Option<PropertyId>,
}

/// Why a page is answered as it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Explanation {
    /// The page's key, without the site's prefix.
    pub key: String,
    /// The tags that the page depends on.
    pub tags: Vec<ExplainedTag>,
    /// Cache levels, the nearest to the reader first.
    pub levels: Vec<ExplainedLevel>,
    /// The level that would answer now; `computed` if none.
    pub answer: &'static str,
    /// The reason, in a sentence.
    pub why: String,
    /// The last event that invalidated one of the tags; null if none of the last 500 events did, or if the log can't be
    /// read.
    pub last_event: Option<PastEvent>,
}

/// A tag of a page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExplainedTag {
    /// The tag's name.
    pub tag: String,
    /// The start of its generation in Redis; null if it has none or that is unknown.
    pub generation: Option<String>,
    /// Why there is no generation, if that is known.
    pub note: Option<String>,
}

/// The entry of a level under a key.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExplainedLevel {
    /// The level's name, as in `Cache-Status`.
    pub level: &'static str,
    /// The key.
    pub key: String,
    /// `hit`, or why there is none: `absent`, `expired`, `invalidated`, `other build`, `unreadable`, `disarmed`,
    /// `down`, `off`; `unseen` for the memory of a running site, which a command can't see.
    pub state: &'static str,
    /// The state in a sentence.
    pub why: String,
    /// How long ago the entry's data were read.
    #[serde(rename = "age_seconds", serialize_with = "seconds")]
    #[schema(value_type = Option<u64>, required = true)]
    pub age: Option<Duration>,
    /// How long the entry may still be served.
    #[serde(rename = "ttl_seconds", serialize_with = "seconds")]
    #[schema(value_type = Option<u64>, required = true)]
    pub ttl: Option<Duration>,
    /// The entry's length in bytes by encoding.
    #[serde(serialize_with = "as_object")]
    #[schema(value_type = BTreeMap<String, u64>)]
    pub sizes: Vec<(&'static str, usize)>,
    /// The tags whose generation has changed since the entry was made.
    pub changed_tags: Vec<String>,
}

/// An event that invalidated entries.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PastEvent {
    /// The event's number.
    pub id: i64,
    /// When it was committed.
    pub at: DateTime<Utc>,
    /// The user or command that caused it.
    pub actor: String,
    /// `post_save`, `post_delete`, `bulk` or `clear`.
    pub kind: &'static str,
    /// The page's tags that it invalidated.
    pub tags: Vec<String>,
}

/// The number of events that are examined.
const LOOKED_AT: i64 = 500;
/// The number of characters of a generation that are shown, enough to tell two apart.
const SHOWN: usize = 6;

impl Management {
    /// Explains how a page would be answered. Changes and counts nothing, and works even if a server can't be reached.
    pub async fn explain(&self, page: &ExplainedPage) -> Explanation {
        let key = page.key.key();
        let found = self.cache.inspect(key).await;
        let tags = tags_in(&found).unwrap_or_else(|| page.key.tags_with_site());
        let past = self.past_events().await;
        let mut levels = vec![
            memory_level(&self.cache, key, found.memory.as_ref(), &past),
            self.redis_level(key, &found, &past),
        ];
        let list = page.list.as_ref();
        let below =
            list.map(|query| [Listings::list_key(query), Listings::count_key(&query.filter)]);
        let below = below.into_iter().flatten();
        for key in below.chain(page.listing.map(Listings::detail_key)) {
            let found = self.cache.inspect(&key).await;
            levels.push(self.redis_level(&key, &found, &past));
        }
        let (answer, why) = answer(&levels);
        Explanation {
            key: key.as_str().to_owned(),
            answer,
            why,
            last_event: past.last_of(&tags),
            tags: self.explained_tags(&tags, &past).await,
            levels,
        }
    }

    /// The tags of a page: those of the stored entry, or else the expected ones.
    pub(super) async fn tags_now(&self, page: &PageKey) -> TagSet {
        let found = self.cache.inspect(page.key()).await;
        tags_in(&found).unwrap_or_else(|| page.tags_with_site())
    }

    async fn explained_tags(&self, tags: &TagSet, past: &PastEvents) -> Vec<ExplainedTag> {
        let generations = self.cache.generations_of(tags).await;
        let explained = |tag: &Tag| {
            let generation = generations.as_ref().map(|held| held.get(tag).map(shortened));
            let (generation, note) = match generation {
                Ok(None) => (None, Some(past.why_none(tag))),
                Ok(generation) => (generation, None),
                Err(err) => (None, Some(self.why_not(err))),
            };
            ExplainedTag { tag: tag.to_string(), generation, note }
        };
        tags.iter().map(explained).collect()
    }

    async fn past_events(&self) -> PastEvents {
        let read = async {
            let client = self.database.client().await.ok()?;
            event_log::list_latest(&client, LOOKED_AT).await.ok()
        };
        let events = read.await.map(|events| {
            let touched = |(at, event): (_, Event)| (at, tags_of_change(&event.change), event);
            events.into_iter().map(touched).collect()
        });
        PastEvents(events)
    }

    fn redis_level(&self, key: &CacheKey, found: &Inspection, past: &PastEvents) -> ExplainedLevel {
        let mut level = ExplainedLevel {
            level: key.level().name(),
            key: key.as_str().to_owned(),
            state: "absent",
            why: "Redis has no entry under this key: the page was not requested, or the entry expired or was \
            evicted.".to_owned(),
            age: None,
            ttl: None,
            sizes: Vec::new(),
            changed_tags: Vec::new(),
        };
        let (state, why) = match &found.redis {
            Err(_) if self.cache.redis_is_up().is_none() => {
                ("off", "Redis is off (REDIS_URL).".to_owned())
            }
            Err(err) => ("down", format!("{}.", self.why_not(err))),
            Ok(InRedis::Absent) => return level,
            Ok(InRedis::Unreadable) => {
                ("unreadable", "The value under this key is not a cache entry.".to_owned())
            }
            Ok(InRedis::Entry { age, ttl, sizes, tags, own_build }) => {
                let void = tags.iter().filter(|state| state.is_void());
                let void: TagSet = void.map(|state| state.tag.clone()).collect();
                (level.age, level.ttl, level.sizes) = (Some(*age), Some(*ttl), sizes.clone());
                level.changed_tags = names(&void);
                match (own_build, void.is_empty(), ttl.is_zero()) {
                    (false, ..) => (
                        "other build",
                        "The entry was written by another build of the program.".to_owned(),
                    ),
                    (_, false, _) => ("invalidated", past.changed(&void, *age)),
                    (_, _, true) => ("expired", "The entry has expired.".to_owned()),
                    _ => ("hit", "The entry is valid.".to_owned()),
                }
            }
        };
        (level.state, level.why) = (state, why);
        level
    }
}

/// The latest events with the tags that they invalidated, the latest first; `None` if the log can't be read.
struct PastEvents(Option<Vec<(DateTime<Utc>, TagSet, Event)>>);

impl PastEvents {
    /// The last event that invalidated one of the tags.
    fn last_of(&self, tags: &TagSet) -> Option<PastEvent> {
        self.0.iter().flatten().find_map(|(at, touched, event)| {
            let hit: Vec<String> = touched.intersection(tags).map(Tag::to_string).collect();
            (!hit.is_empty()).then(|| PastEvent {
                id: event.id.0,
                at: *at,
                actor: event.actor.clone(),
                kind: event.change.name(),
                tags: hit,
            })
        })
    }

    /// Why a tag has no generation.
    fn why_none(&self, tag: &Tag) -> String {
        match (&self.0, self.last_of(&TagSet::from([tag.clone()]))) {
            (None, _) => "no entry that depends on it is stored".to_owned(),
            (Some(_), Some(event)) => format!(
                "event {} invalidated it; no entry that depends on it was stored since then, or the entry \
                expired or was evicted",
                event.id
            ),
            (Some(_), None) => format!(
                "no entry that depends on it was stored, or the entry expired or was evicted; none of the last \
                {LOOKED_AT} events changed it"
            ),
        }
    }

    /// Describes the invalidated tags of an entry of this age, with the events.
    fn changed(&self, void: &TagSet, age: Duration) -> String {
        // Clocks differ a little, and an entry's age counts from the reading of its data.
        let since = Utc::now() - age - TimeDelta::seconds(2);
        let named = void.iter().map(|tag| {
            let event = self.last_of(&TagSet::from([tag.clone()]));
            match event.filter(|event| event.at >= since) {
                Some(event) => format!("{tag} (event {})", event.id),
                None => tag.to_string(),
            }
        });
        let named: Vec<_> = named.collect();
        format!("Invalidated after it was created: {}.", named.join(", "))
    }
}

impl Explanation {
    /// The explanation for a command, which can't see a site's memory.
    pub fn without_memory(mut self) -> Self {
        for level in &mut self.levels {
            if level.level == Level::PageMemory.name() {
                level.state = "unseen";
                level.why =
                    "A command can't see the memory of running instances. See /properties/cache-explain/ on the \
                    instance."
                        .to_owned();
            }
        }
        (self.answer, self.why) = answer(&self.levels);
        self
    }
}

/// The tags of the entries that were found.
fn tags_in(found: &Inspection) -> Option<TagSet> {
    match (&found.memory, &found.redis) {
        (Some(held), _) => Some(held.tags.clone()),
        (None, Ok(InRedis::Entry { tags, .. })) => {
            Some(tags.iter().map(|state| state.tag.clone()).collect())
        }
        _ => None,
    }
}

fn memory_level(
    cache: &Cache,
    key: &CacheKey,
    held: Option<&HeldEntry>,
    past: &PastEvents,
) -> ExplainedLevel {
    let armed = cache.memory_is_armed();
    let (state, why) = match (armed, held) {
        (None, _) => ("off", "The memory tier is off (PAGE_CACHE_MEMORY_MB).".to_owned()),
        (Some(_), None) => ("absent", "This instance does not have the page in memory: it was not requested \
        here, or it \
        expired or was evicted.".to_owned()),
        (Some(_), Some(held)) if !held.void.is_empty() => ("invalidated", past.changed(&held.void, held.age)),
        (Some(_), Some(held)) if held.ttl.is_zero() => ("expired", "The entry has expired.".to_owned()),
        (Some(false), Some(_)) => (
            "disarmed",
            "The page was valid when last checked, but this instance receives no events at the moment.".to_owned(),
        ),
        (Some(true), Some(_)) => ("hit", "The page is in memory and valid.".to_owned()),
    };
    ExplainedLevel {
        level: Level::PageMemory.name(),
        key: key.as_str().to_owned(),
        state,
        why,
        age: held.map(|held| held.age),
        ttl: held.map(|held| held.ttl),
        sizes: held.map(|held| held.sizes.clone()).unwrap_or_default(),
        changed_tags: held.map_or_else(Vec::new, |held| names(&held.void)),
    }
}

/// The level that would answer, and why.
fn answer(levels: &[ExplainedLevel]) -> (&'static str, String) {
    let pages = levels.iter().take(2);
    if let Some(hit) = pages.clone().find(|level| level.state == "hit") {
        let passed = pages.take_while(|level| level.state != "hit");
        let passed = passed.map(|level| format!("Not {}: {} ", level.level, level.why));
        let why = format!("{}{}: {}", passed.collect::<String>(), hit.level, hit.why);
        return (hit.level, why);
    }
    let whys = pages.map(|level| format!("{}: {}", level.level, level.why));
    let mut why = whys.collect::<Vec<_>>().join(" ");
    let queries = &levels[levels.len().min(2)..];
    let hits = queries.iter().filter(|level| level.state == "hit").count();
    why.push_str(match (queries.len(), hits) {
        (0, _) => " The page would be computed.",
        (all, hits) if all == hits => " The page would be computed from cached queries.",
        (_, 0) => " The page would be computed from the database.",
        _ => " The page would be computed, partly from cached queries.",
    });
    ("computed", why)
}

fn names(tags: &TagSet) -> Vec<String> {
    tags.iter().map(Tag::to_string).collect()
}

fn shortened(generation: &Generation) -> String {
    generation.as_str().chars().take(SHOWN).collect()
}

fn seconds<S: Serializer>(time: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(to)
}

fn as_object<S: Serializer>(sizes: &[(&str, usize)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(sizes.iter().copied())
}
