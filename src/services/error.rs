//! Errors of use cases. Expected outcomes are in the return types instead.

use std::sync::Arc;

use crate::cache::{CacheError, Interrupted, LoadError};
use crate::db::DbError;
use crate::media::MediaError;

/// Why a use case failed. Every request that waited for it gets a copy.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ServiceError {
    /// The database failed.
    #[error(transparent)]
    Database(Arc<DbError>),
    /// An operator's request to Redis failed.
    #[error(transparent)]
    Cache(Arc<CacheError>),
    /// The store of photos failed.
    #[error(transparent)]
    Media(Arc<MediaError>),
    /// An internal task ended before it was done.
    #[error("an internal task ended before it was done")]
    Interrupted,
    /// Too many requests do the same kind of work.
    #[error("too many requests do the same kind of work")]
    Busy,
    /// A computation of several steps took too long, although no single step did.
    #[error("a page took too long to compute")]
    TooLong,
    /// A password could not be hashed.
    #[error("a password can't be hashed: {0}")]
    Hash(argon2::password_hash::Error),
}

/// The result of a use case.
pub type Result<T, E = ServiceError> = std::result::Result<T, E>;

/// A temporary failure of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// The server can't be reached, or refuses.
    Unreachable,
    /// The server took too long.
    Slow,
    /// The store of photos can't be reached, or refuses.
    Store,
    /// Too many requests do the same kind of work.
    Busy,
}

impl ServiceError {
    /// Whether a retry may succeed.
    pub fn is_unavailable(&self) -> bool {
        self.outage().is_some()
    }

    /// The temporary failure, if a retry may help.
    pub fn outage(&self) -> Option<Outage> {
        match self {
            Self::Database(err) => match **err {
                DbError::Unavailable(_) | DbError::Full(_) => Some(Outage::Unreachable),
                DbError::TooSlow(_) => Some(Outage::Slow),
                _ => None,
            },
            Self::Cache(_) => Some(Outage::Unreachable),
            Self::Media(_) => Some(Outage::Store),
            Self::TooLong => Some(Outage::Slow),
            Self::Busy => Some(Outage::Busy),
            Self::Interrupted | Self::Hash(_) => None,
        }
    }

    /// The name of the constraint that refused a row.
    pub fn refused_by(&self) -> Option<&str> {
        match self {
            Self::Database(err) => match &**err {
                DbError::Constraint(name) => Some(name),
                _ => None,
            },
            _ => None,
        }
    }
}

impl LoadError for ServiceError {
    fn is_outage(&self) -> bool {
        self.is_unavailable()
    }
}

impl From<Interrupted> for ServiceError {
    fn from(err: Interrupted) -> Self {
        match err {
            Interrupted::TooLong => Self::TooLong,
            Interrupted::Panicked => Self::Interrupted,
        }
    }
}

impl From<DbError> for ServiceError {
    fn from(err: DbError) -> Self {
        Self::Database(Arc::new(err))
    }
}

impl From<MediaError> for ServiceError {
    fn from(err: MediaError) -> Self {
        Self::Media(Arc::new(err))
    }
}

impl From<CacheError> for ServiceError {
    fn from(err: CacheError) -> Self {
        Self::Cache(Arc::new(err))
    }
}
