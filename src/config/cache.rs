//! The cache's lifetimes, bounds and Redis.

use std::time::Duration;

use super::reader::Reader;

/// The choice of Redis.
#[derive(Clone, PartialEq, Eq)]
pub enum RedisChoice {
    /// A private server that the program starts below `DATA_DIR`.
    Private,
    /// No Redis at all.
    Off,
    /// The server that `REDIS_URL` names.
    Url(String),
}

impl std::fmt::Debug for RedisChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Private => "Private",
            Self::Off => "Off",
            Self::Url(_) => "Url(…)",
        })
    }
}

/// The cache's part of the configuration.
#[derive(Debug, Clone)]
pub struct CacheConfig {
    /// `REDIS_URL`.
    pub redis: RedisChoice,
    /// `CACHE_KEY_PREFIX`: every Redis key starts with it. On a Redis Cluster give it braces, `{my_site}`, so that
    /// all keys of the site share a slot.
    pub key_prefix: String,
    /// `PAGE_CACHE_TTL`. Too low, and pages are rendered needlessly; invalidation keeps them right however high it is.
    pub page_ttl: Duration,
    /// `QUERYSET_CACHE_TTL`. As above; below `PAGE_CACHE_TTL` it bounds the pages' lifetime too.
    pub queryset_ttl: Duration,
    /// `COUNT_CACHE_TTL`. As above.
    pub count_ttl: Duration,
    /// `PAGE_CACHE_MEMORY_MB`, in bytes; 0 turns the memory tier off. Too low, and hot pages are fetched from Redis again
    /// and again; too high, and the process takes memory that PostgreSQL could use.
    pub memory_bytes: u64,
}

/// A year: longer lifetimes are surely a mistake of units.
const MAX_TTL_SECONDS: u64 = 31_536_000;

impl CacheConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut ttl = |name: &str, default: u64| {
            Duration::from_secs(reader.number(name, default, 1, MAX_TTL_SECONDS, "seconds"))
        };
        let page_ttl = ttl("PAGE_CACHE_TTL", 900);
        let queryset_ttl = ttl("QUERYSET_CACHE_TTL", 3600);
        let count_ttl = ttl("COUNT_CACHE_TTL", 1800);
        let megabytes: u64 = reader.number("PAGE_CACHE_MEMORY_MB", 64, 0, 1_048_576, "megabytes");
        Self {
            redis: read_redis(reader),
            key_prefix: read_prefix(reader),
            page_ttl,
            queryset_ttl,
            count_ttl,
            memory_bytes: megabytes * 1024 * 1024,
        }
    }
}

fn read_redis(reader: &mut Reader<'_>) -> RedisChoice {
    match reader.text("REDIS_URL") {
        None => RedisChoice::Private,
        Some(text) if text.eq_ignore_ascii_case("off") => RedisChoice::Off,
        Some(text) => match deadpool_redis::redis::parse_redis_url(&text) {
            Some(url) if url.scheme() != "rediss" && url.scheme() != "valkeys" => {
                RedisChoice::Url(text)
            }
            _ => {
                reader.secret_problem(
                    "REDIS_URL",
                    "must look like redis://host:6379/0 or redis+unix:///path, or be “off”",
                );
                RedisChoice::Off
            }
        },
    }
}

fn read_prefix(reader: &mut Reader<'_>) -> String {
    let default = "property_listings";
    let text = reader.text("CACHE_KEY_PREFIX").unwrap_or_else(|| default.to_owned());
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.:{}".contains(c);
    if text.len() > 64 || !text.chars().all(allowed) {
        let rule = "must be 1 to 64 letters, digits or _ - . : { }";
        reader.problem("CACHE_KEY_PREFIX", &text, rule);
    }
    text
}
