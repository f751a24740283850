//! The keys of entries.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::Level;
use super::tag::hex;

/// The most bytes of a name that a key shows; a longer one is replaced by its SHA-256.
const MAX_NAME_BYTES: usize = 200;

/// The key of an entry, without the site's prefix: `family:name`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey {
    level: Level,
    text: String,
    is_rare: bool,
}

impl CacheKey {
    /// A key of a level. The name must include everything besides the rows that the value depends on.
    pub fn new(level: Level, family: &'static str, name: impl fmt::Display) -> Self {
        let mut text = format!("{family}:{name}");
        let start = family.len() + 1;
        if text.len() - start > MAX_NAME_BYTES {
            let digest = hex(&Sha256::digest(&text.as_bytes()[start..]));
            text.truncate(start);
            text.push('~');
            text.push_str(&digest);
        }
        Self { level, text, is_rare: false }
    }

    /// The same key. If `rare`, its name can be made up by anyone, so that its value is kept in Redis only when it is
    /// requested again.
    #[must_use]
    pub fn rare_if(self, rare: bool) -> Self {
        Self { is_rare: rare, ..self }
    }

    /// Whether its value is kept in Redis only when it is requested again.
    pub(super) fn is_rare(&self) -> bool {
        self.is_rare
    }

    /// The level that stores it.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
