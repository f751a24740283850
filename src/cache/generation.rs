//! Generations, and the stamps that entries carry.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::{Tag, TagSet};

/// A random token of 128 bits, so that no token is ever made twice. A counter would restart after an eviction, and
/// clocks differ between instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(String);

impl Generation {
    /// Makes a new token.
    pub fn mint() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()))
    }

    /// Reads a token from Redis; `None` for text that can't be a token.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        (text.len() == 22).then(|| Self(text.to_owned()))
    }

    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The generations of a value's tags, as they were before the value was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamps {
    /// Each tag's generation.
    Known(BTreeMap<Tag, Generation>),
    /// Redis was not used for some part of the value, which depends on these tags: only this process may store it.
    Local(TagSet),
    /// Parts of the value were loaded under different generations: it may be shown, and must not be stored.
    Unknown,
}

impl Stamps {
    /// The tags; empty for [`Self::Unknown`].
    pub fn tags(&self) -> TagSet {
        match self {
            Self::Known(stamps) => stamps.keys().cloned().collect(),
            Self::Local(tags) => tags.clone(),
            Self::Unknown => TagSet::new(),
        }
    }

    /// The stamps reduced to some tags, for a value that depends only on those.
    #[must_use]
    pub fn only(mut self, tags: &TagSet) -> Self {
        match &mut self {
            Self::Known(stamps) => stamps.retain(|tag, _| tags.contains(tag)),
            Self::Local(all) => all.retain(|tag| tags.contains(tag)),
            Self::Unknown => {}
        }
        self
    }

    /// The stamps of a value made of two other values.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (mut all, more) = match (self, other) {
            (Self::Known(all), Self::Known(more)) => (all, more),
            (Self::Unknown, _) | (_, Self::Unknown) => return Self::Unknown,
            (one, two) => return Self::Local(one.tags().union(&two.tags()).cloned().collect()),
        };
        for (tag, generation) in more {
            match all.get(&tag) {
                // A tag was invalidated between the two loads.
                Some(known) if *known != generation => return Self::Unknown,
                _ => all.insert(tag, generation),
            };
        }
        Self::Known(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamps(tag: &'static str, generation: &Generation) -> Stamps {
        Stamps::Known(BTreeMap::from([(Tag::all(tag), generation.clone())]))
    }

    #[test]
    fn a_union_keeps_the_tags_of_both() {
        let generation = Generation::mint();
        let both = stamps("a", &generation).union(stamps("b", &generation));
        assert_eq!(both.tags(), TagSet::from([Tag::all("a"), Tag::all("b")]));
    }

    #[test]
    fn parts_loaded_under_different_generations_of_a_tag_are_not_stored() {
        let both = stamps("a", &Generation::mint()).union(stamps("a", &Generation::mint()));
        assert_eq!(both, Stamps::Unknown);
    }

    #[test]
    fn a_part_with_unknown_stamps_makes_the_whole_unknown() {
        assert_eq!(stamps("a", &Generation::mint()).union(Stamps::Unknown), Stamps::Unknown);
    }

    #[test]
    fn a_part_loaded_without_redis_makes_the_whole_local() {
        let local = Stamps::Local(TagSet::from([Tag::all("b")]));
        assert_eq!(
            stamps("a", &Generation::mint()).union(local),
            Stamps::Local(TagSet::from([Tag::all("a"), Tag::all("b")]))
        );
    }
}
