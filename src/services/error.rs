//! What can go wrong with a use case, beyond the outcomes that its return type names.

use crate::cache::CacheError;
use crate::db::DbError;

/// A use case that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// An operator asked something of Redis, which failed.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// A task of the program's own ended before it was done.
    #[error("an internal task ended before it was done")]
    Interrupted,
    /// A password could not be hashed.
    #[error("a password can't be hashed: {0}")]
    Hash(argon2::password_hash::Error),
    /// The site could not ask itself.
    #[error("the site can't reach itself: {0}")]
    Loopback(#[from] reqwest::Error),
}

impl ServiceError {
    /// Whether trying again later may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Database(DbError::Unavailable(_)) | Self::Cache(_)
        )
    }

    /// The name of the constraint that refused what was written.
    pub fn refused_by(&self) -> Option<&str> {
        match self {
            Self::Database(DbError::Constraint(name)) => Some(name),
            _ => None,
        }
    }
}
