//! Generations, and the stamps that entries carry.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::{Tag, TagSet};

/// A random token: 128 bits, so that none is ever made twice. Neither a counter (eviction would restart it) nor a
/// clock (clocks differ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(String);

impl Generation {
    /// A token that nothing carries yet.
    pub fn mint() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()))
    }

    /// Reads a token from Redis; `None` for what could not be one.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        (text.len() == 22).then(|| Self(text.to_owned()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The generations of a value's tags, as they were before it was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamps {
    /// Each tag's generation.
    Known(BTreeMap<Tag, Generation>),
    /// They could not be read, or parts of the value were loaded under different ones: the value may be shown, and
    /// must not be stored.
    Unknown,
}

impl Stamps {
    /// The tags, where they are known.
    pub fn tags(&self) -> TagSet {
        match self {
            Self::Known(stamps) => stamps.keys().cloned().collect(),
            Self::Unknown => TagSet::new(),
        }
    }

    /// The stamps of a value made of two others.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (Self::Known(mut all), Self::Known(more)) = (self, other) else {
            return Self::Unknown;
        };
        for (tag, generation) in more {
            match all.get(&tag) {
                // Something was invalidated between the two loads.
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
        assert_eq!(
            stamps("a", &Generation::mint()).union(Stamps::Unknown),
            Stamps::Unknown
        );
    }
}
