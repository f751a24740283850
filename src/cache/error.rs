//! Why Redis was not used.

use deadpool_redis::redis::RedisError;

use super::refusal::Refusal;

/// Why Redis was not used. Outside the cache it appears only in reports to operators.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CacheError {
    /// There is no Redis, or it is being repaired.
    #[error("redis is not in use")]
    Unavailable,
    /// Redis answered with an error.
    #[error("{0}")]
    Refused(#[source] Refusal),
    /// Redis can't be reached, or is too slow.
    #[error("redis failed: {0}")]
    Redis(#[from] RedisError),
}
