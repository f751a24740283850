//! Why Redis was not used.

use deadpool_redis::redis::RedisError;

use super::refusal::Refusal;

/// Why Redis was not used. It never leaves the cache but for reports to operators.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CacheError {
    /// There is none, or it is being repaired.
    #[error("redis is not in use")]
    Unavailable,
    /// It answered with an error.
    #[error("{0}")]
    Refused(#[source] Refusal),
    /// It can't be reached, or is too slow.
    #[error("redis failed: {0}")]
    Redis(#[from] RedisError),
}
