//! Why a try of a job failed.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::db::DbError;
use crate::mail::SendError;
use crate::services::ServiceError;

/// Why a try of a job failed.
#[derive(Debug, thiserror::Error)]
pub(in crate::services) enum JobError {
    /// It may succeed later.
    #[error("{0}")]
    Later(String),
    /// A server that it needs can't be reached.
    #[error("{0}")]
    Outage(String),
    /// It will never succeed.
    #[error("{0}")]
    Never(String),
}

/// Reads what a job is to do.
///
/// # Errors
/// [`JobError::Never`]: what can't be read now never can.
pub(in crate::services) fn read<T: DeserializeOwned>(payload: &Value) -> Result<T, JobError> {
    T::deserialize(payload).map_err(|err| JobError::Never(format!("It can't be read: {err}")))
}

impl From<ServiceError> for JobError {
    fn from(err: ServiceError) -> Self {
        Self::Later(err.to_string())
    }
}

impl From<DbError> for JobError {
    fn from(err: DbError) -> Self {
        Self::Later(err.to_string())
    }
}

impl From<SendError> for JobError {
    fn from(err: SendError) -> Self {
        match err {
            SendError::Outage(text) => Self::Outage(text),
            SendError::Temporary(text) => Self::Later(text),
            SendError::Permanent(text) => Self::Never(text),
        }
    }
}
