//! What each kind of job does.

use std::time::Duration;

use tokio::time::sleep;

use super::{Editor, History, ServiceError, Sessions};
use crate::db::DbError;
use crate::db::jobs::Claimed;
use crate::domain::JobKind;

/// The pause after each batch, so that requests are not slowed down.
const REST: Duration = Duration::from_millis(20);

/// Why a try of a job failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum JobError {
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

/// The use cases that jobs call.
pub struct Tasks {
    /// Sessions that expire.
    pub sessions: Sessions,
    /// Uploads that expire.
    pub editor: Editor,
    /// The history, which is trimmed.
    pub history: History,
    /// Days after which entries of the history are erased; 0 keeps them for ever.
    pub event_retention_days: u16,
}

impl Tasks {
    /// Does what a job asks for.
    pub(super) async fn run(&self, job: &Claimed) -> Result<(), JobError> {
        match job.kind {
            JobKind::Expired => {
                self.sessions.clear_expired().await?;
                self.editor.forget_expired_uploads().await?;
            }
            JobKind::History => {
                while self.history.upkeep(self.event_retention_days).await? {
                    sleep(REST).await;
                }
            }
        }
        Ok(())
    }
}
