//! Names of sets of rows that a cached value depends on.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The maximum length of a tag in bytes; a longer value is replaced by its SHA-256.
const MAX_BYTES: usize = 160;
/// The length of the hash that replaces a longer value.
const HASH_CHARS: usize = 64;

/// A set of rows: `kind` or `kind:value`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

/// The tags of one value.
pub type TagSet = BTreeSet<Tag>;

impl Tag {
    /// The tag that every entry carries; it covers the whole site.
    pub fn site() -> Self {
        Self("site".to_owned())
    }

    /// All rows of a kind.
    pub fn all(kind: &'static str) -> Self {
        Self(kind.to_owned())
    }

    /// The rows of a kind that have a value.
    pub fn one(kind: &'static str, value: &str) -> Self {
        let text = format!("{kind}:{value}");
        if text.len() <= MAX_BYTES {
            return Self(text);
        }
        Self(format!("{kind}~{}", hex(&Sha256::digest(value))))
    }

    /// The tag of a text from the event log; `None` for text that can't be a tag.
    pub fn named(text: &str) -> Option<Self> {
        (!text.is_empty() && text.len() <= MAX_BYTES + HASH_CHARS).then(|| Self(text.to_owned()))
    }

    /// The tag as text, as in keys and logs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The tags and [`Tag::site`].
pub(super) fn with_site(mut tags: TagSet) -> TagSet {
    tags.insert(Tag::site());
    tags
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A location may hold line breaks; a log line may not.
        for c in self.0.chars() {
            match c.is_control() {
                true => write!(f, "{}", c.escape_default())?,
                false => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_keep_apart_by_their_hash() {
        let (a, b) =
            (Tag::one("location", &"a".repeat(300)), Tag::one("location", &"b".repeat(300)));
        assert!(a.as_str().len() <= MAX_BYTES && a != b);
    }

    #[test]
    fn no_value_can_be_taken_for_another_kind_or_for_a_hash() {
        assert_ne!(Tag::one("location", "x"), Tag::all("location"));
        assert!(!Tag::one("location", "~x").as_str().starts_with("location~"));
    }
}
