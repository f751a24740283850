//! The cache's lifetimes, limits and Redis.

use std::path::Path;
use std::time::Duration;

use super::reader::Reader;
use super::redis::{RedisAddress, RedisServers};
use crate::tls;

/// The choice of Redis.
#[derive(Debug, Clone)]
pub enum RedisChoice {
    /// A private server that the program starts below `DATA_DIR`.
    Private,
    /// No Redis at all.
    Off,
    /// The servers that `REDIS_URL` names.
    Url(Box<RedisAddress>),
}

/// The cache's part of the configuration.
#[derive(Debug, Clone)]
pub struct CacheConfig {
    /// `REDIS_URL`.
    pub redis: RedisChoice,
    /// `REDIS_CA`: the file of the certificate authority that signed Redis's certificate.
    pub redis_ca: Option<String>,
    /// `CACHE_KEY_PREFIX`: every Redis key starts with it. In a cluster it is in braces, so that all keys of the site
    /// share a slot.
    pub key_prefix: String,
    /// `PAGE_CACHE_TTL`. If it is too low, pages are rendered needlessly; a high value does no harm, because changes
    /// invalidate pages.
    pub page_ttl: Duration,
    /// `QUERYSET_CACHE_TTL`. The same applies; below `PAGE_CACHE_TTL` it also limits the lifetime of pages.
    pub queryset_ttl: Duration,
    /// `COUNT_CACHE_TTL`. The same applies.
    pub count_ttl: Duration,
    /// `PAGE_CACHE_MEMORY_MB`, in bytes; 0 turns the memory tier off. If it is too low, hot pages are fetched from
    /// Redis repeatedly; if it is too high, the process takes memory that PostgreSQL could use.
    pub memory_bytes: u64,
    /// The versions of this program's entries.
    pub versions: CacheVersions,
}

/// The versions that keys contain, so that releases that run at the same time don't use each other's entries.
#[derive(Debug, Clone)]
pub struct CacheVersions {
    /// The version of pages: changes with everything that affects how a page looks.
    pub page: String,
    /// The version of query results, counts and sessions: changes with how they are read and stored.
    pub data: String,
}

impl CacheVersions {
    fn of_this_build() -> Self {
        Self { page: env!("BUILD_ID").to_owned(), data: env!("DATA_ID").to_owned() }
    }
}

/// A year: a longer lifetime must be a mistake in the unit.
const MAX_TTL_SECONDS: u64 = 31_536_000;

impl CacheConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut ttl = |name: &str, default: u64| {
            Duration::from_secs(reader.number(name, default, 1, MAX_TTL_SECONDS, "seconds"))
        };
        let page_ttl = ttl("PAGE_CACHE_TTL", 900);
        let queryset_ttl = ttl("QUERYSET_CACHE_TTL", 3600);
        let count_ttl = ttl("COUNT_CACHE_TTL", 1800);
        let redis = read_redis(reader);
        let megabytes: u64 = reader.number("PAGE_CACHE_MEMORY_MB", 64, 0, 1_048_576, "megabytes");
        Self {
            key_prefix: key_prefix(read_prefix(reader), &redis),
            redis_ca: reader.text("REDIS_CA"),
            redis,
            page_ttl,
            queryset_ttl,
            count_ttl,
            memory_bytes: megabytes * 1024 * 1024,
            versions: CacheVersions::of_this_build(),
        }
    }
}

fn read_redis(reader: &mut Reader<'_>) -> RedisChoice {
    let authority = reader.text("REDIS_CA");
    if let Some(file) = &authority
        && let Err(err) = tls::certificates(Path::new(file))
    {
        reader.problem("REDIS_CA", file, err.to_string());
        return RedisChoice::Off;
    }
    match reader.text("REDIS_URL") {
        None => RedisChoice::Private,
        Some(text) if text.eq_ignore_ascii_case("off") => RedisChoice::Off,
        Some(text) => match RedisAddress::parse(&text, authority.as_deref()) {
            Ok(address) => RedisChoice::Url(Box::new(address)),
            Err(problem) => {
                reader.secret_problem("REDIS_URL", problem);
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

fn key_prefix(prefix: String, redis: &RedisChoice) -> String {
    let is_cluster =
        matches!(redis, RedisChoice::Url(address) if address.servers == RedisServers::Cluster);
    let has_tag =
        prefix.split_once('{').and_then(|(_, rest)| rest.find('}')).is_some_and(|at| at > 0);
    match is_cluster && !has_tag {
        true => format!("{{{prefix}}}"),
        false => prefix,
    }
}
