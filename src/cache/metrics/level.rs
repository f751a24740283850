//! The cache levels, and their outcomes.

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
    /// Sessions in Redis: copies of rows in the database. This is not one of the site's cache levels, so that its
    /// look-ups don't distort their figures.
    Session,
}

impl Level {
    /// The number of levels, including sessions.
    pub(super) const COUNT: usize = 5;

    /// Every level that answers readers, the nearest to them first.
    pub const ALL: [Self; 4] = [Self::PageMemory, Self::PageRedis, Self::Queryset, Self::Count];

    /// The level's name in `Cache-Status` and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::PageMemory => "page-memory",
            Self::PageRedis => "page-redis",
            Self::Queryset => "queryset",
            Self::Count => "count",
            Self::Session => "session",
        }
    }

    /// The version that the keys of its entries contain.
    pub(in crate::cache) fn version(self, versions: &CacheVersions) -> &str {
        match self {
            Self::PageMemory | Self::PageRedis => &versions.page,
            Self::Queryset | Self::Count | Self::Session => &versions.data,
        }
    }

    /// The level's name in JSON.
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

/// The outcome of a request at a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The level answered; the entry may be served for this much longer.
    Hit(Duration),
    /// The level had no valid entry, and stores the answer if `stored`.
    Miss {
        /// Whether the answer was stored.
        stored: bool,
    },
    /// It was not asked.
    Bypass,
    /// The level had no valid entry, and the answer is the result of another request's load.
    Collapsed,
    /// The level answered with an entry that expired this long ago, because the database can't be reached.
    Stale(Duration),
}

/// The source of a page that a reader received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// This process's memory.
    Memory,
    /// Redis.
    Redis,
    /// It was rendered from cached query results.
    Query,
    /// It was rendered from the database.
    Database,
    /// An expired entry, because the database could not be reached.
    Stale,
    /// There was no page: the answer was 503.
    Unavailable,
}

impl Source {
    /// Every source, the nearest to the reader first.
    pub const ALL: [Self; 6] =
        [Self::Memory, Self::Redis, Self::Query, Self::Database, Self::Stale, Self::Unavailable];

    /// The source's name in figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Redis => "redis",
            Self::Query => "query",
            Self::Database => "database",
            Self::Stale => "stale",
            Self::Unavailable => "unavailable",
        }
    }

    /// The source of a page, from the outcome of each level, the one nearest to the database first.
    pub(in crate::cache) fn of(trail: &[(Level, Outcome)]) -> Self {
        let Some(((level, outcome), queries)) = trail.split_last() else {
            return Self::Database;
        };
        let hit = |(_, outcome): &(Level, Outcome)| matches!(outcome, Outcome::Hit(_));
        match (outcome, level) {
            (Outcome::Hit(_), Level::PageMemory) => Self::Memory,
            (Outcome::Hit(_), _) => Self::Redis,
            (Outcome::Stale(_), _) => Self::Stale,
            _ if !queries.is_empty() && queries.iter().all(hit) => Self::Query,
            _ => Self::Database,
        }
    }
}
