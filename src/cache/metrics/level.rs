//! The levels, and how one takes part in an answer.

use std::time::Duration;

use crate::config::CacheVersions;

/// A cache level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Pages in this process.
    PageMemory,
    /// Pages in Redis.
    PageRedis,
    /// Query results in Redis.
    Queryset,
    /// Row counts in Redis.
    Count,
    /// Sessions in Redis: a copy of what the database has. Not one of the site's cache levels, so that its look-ups
    /// don't pollute their figures.
    Session,
}

impl Level {
    /// How many there are, sessions among them.
    pub(super) const COUNT: usize = 5;

    /// Every level that answers readers, the nearest to them first.
    pub const ALL: [Self; 4] = [Self::PageMemory, Self::PageRedis, Self::Queryset, Self::Count];

    /// Its name in `Cache-Status` and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::PageMemory => "page-memory",
            Self::PageRedis => "page-redis",
            Self::Queryset => "queryset",
            Self::Count => "count",
            Self::Session => "session",
        }
    }

    /// The version that its entries are kept under.
    pub(in crate::cache) fn version(self, versions: &CacheVersions) -> &str {
        match self {
            Self::PageMemory | Self::PageRedis => &versions.page,
            Self::Queryset | Self::Count | Self::Session => &versions.data,
        }
    }

    /// Its name in JSON.
    pub fn field(self) -> &'static str {
        match self {
            Self::PageMemory => "page_memory",
            Self::PageRedis => "page_redis",
            Self::Queryset => "queryset",
            Self::Count => "count",
            Self::Session => "session",
        }
    }
}

/// How a level took part in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It answered; the entry may be kept for so long.
    Hit(Duration),
    /// It had nothing valid, and keeps the answer if `stored`.
    Miss {
        /// Whether the answer was stored.
        stored: bool,
    },
    /// It was not asked.
    Bypass,
    /// It had nothing valid, and the answer is that of another request's load.
    Collapsed,
    /// It answered though that answer expired so long ago, because the database is out of reach.
    Stale(Duration),
}
