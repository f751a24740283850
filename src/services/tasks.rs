//! The work of each kind of job.

use std::time::Duration;

use chrono::Utc;
use tokio::time::sleep;

use super::jobs::error::JobError;
use super::{Accounts, Alerts, Editor, Enquiries, Gallery, History, Post, Sessions};
use crate::db::jobs::Claimed;
use crate::domain::JobKind;

/// How long the files of unused photos are kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// The pause after each batch, so that requests are not slowed down.
const REST: Duration = Duration::from_millis(20);

/// The use cases that jobs call.
pub struct Tasks {
    /// Sends mail.
    pub post: Post,
    /// Resets forgotten passwords.
    pub accounts: Accounts,
    /// Removes expired sessions.
    pub sessions: Sessions,
    /// Removes expired uploads.
    pub editor: Editor,
    /// Deletes old enquiries.
    pub enquiries: Enquiries,
    /// The days after which enquiries are deleted; 0 keeps them for ever.
    pub enquiry_retention_days: u16,
    /// Alerts, and what they find.
    pub alerts: Alerts,
    /// Photos whose files are removed.
    pub gallery: Gallery,
    /// Trims the history.
    pub history: History,
    /// The days after which entries of the history are deleted; 0 keeps them for ever.
    pub event_retention_days: u16,
}

impl Tasks {
    /// Whether a periodic job has anything to do on this site.
    pub(super) fn runs(&self, kind: JobKind) -> bool {
        kind != JobKind::Alerts || self.alerts.are_offered()
    }

    /// Does what a job asks for.
    pub(super) async fn run(&self, job: &Claimed) -> Result<(), JobError> {
        match job.kind {
            JobKind::Mail => self.post.send(&job.payload).await?,
            JobKind::PasswordReset => self.accounts.answer_reset(&job.payload).await?,
            JobKind::Expired => {
                self.sessions.clear_expired().await?;
                self.editor.forget_expired_uploads().await?;
                while self.alerts.clear_expired().await? > 0 {
                    sleep(REST).await;
                }
            }
            JobKind::Enquiries => {
                let days = self.enquiry_retention_days;
                while days > 0 && self.enquiries.erase_older(days).await? > 0 {
                    sleep(REST).await;
                }
            }
            JobKind::Photos => {
                self.gallery.collect(Utc::now() - KEPT).await?;
            }
            JobKind::Alerts => self.alerts.run(Utc::now()).await?,
            JobKind::History => {
                while self.history.upkeep(self.event_retention_days).await? {
                    sleep(REST).await;
                }
            }
        }
        Ok(())
    }
}
