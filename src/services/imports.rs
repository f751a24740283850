//! Imports of files that staff upload: stored, previewed, applied.
//!
//! **Invariant:** only the user who sent a file can see it; it is imported once at most, and is gone soon after an hour. An
//! instance reads no more than a few at once, and reading one ends even if the client disconnects.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::editor::to_the_end;
use super::fixtures::{self, Found, ImportReport, LoadError, RowError};
use super::{Editor, Result};
use crate::db::uploads::{self, Upload};
use crate::db::{DbError, GenericClient as _, event_log};
use crate::domain::{UploadId, UserId};
use crate::events::UnitOfWork;

/// The most bytes of a file; the database checks the same.
pub const MAX_UPLOAD_BYTES: usize = 20 * 1024 * 1024;

/// How long a file is kept.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How long the server may take to keep a file, and how long it waits for another one of the same user's.
const KEEPING_LIMITS: &str = "SET LOCAL statement_timeout = '30s'; SET LOCAL lock_timeout = '5s'";

/// How long a look at a file may take.
pub const LOOK_SECONDS: u64 = 30;

/// The same for each statement, for a look that is given up leaves its last one to the server.
const LOOK_LIMIT: &str = "SET LOCAL statement_timeout = '30s'";

/// How long a look or an import waits until another one ends.
const PATIENCE: Duration = Duration::from_secs(3);

/// A look at a file that is kept.
#[derive(Debug)]
pub struct Preview {
    /// The name of the file.
    pub file_name: String,
    /// The preview of its import, or the errors of the whole file.
    pub found: Result<Found, Vec<RowError>>,
}

/// The outcome of reading a file.
#[derive(Debug)]
pub enum PreviewOutcome {
    /// The preview.
    Found(Preview),
    /// There is no such file of this user's any more.
    Gone,
    /// The instance is reading as many files as it may.
    Busy,
    /// Reading took longer than [`LOOK_SECONDS`].
    TooLong,
}

/// The outcome of an import.
#[derive(Debug)]
pub enum ImportOutcome {
    /// Done.
    Done(ImportReport),
    /// Nothing is imported, because there are invalid rows.
    Refused,
    /// There is no such file of this user's any more.
    Gone,
    /// Nothing is imported, because the instance is reading as many files as it may.
    Busy,
}

impl Editor {
    /// Keeps a file of listings, in place of the user's last one; `None`, and nothing is kept, while that is being
    /// imported.
    pub async fn keep_upload(
        &self,
        user: UserId,
        file_name: String,
        content: Vec<u8>,
    ) -> Result<Option<UploadId>> {
        let mut client = self.database.unhurried_client().await?;
        uploads::delete_expired(&client).await?;
        let work = client.transaction().await?;
        work.batch_execute(KEEPING_LIMITS).await?;
        if uploads::is_taken(&work, user).await? {
            return Ok(None);
        }
        let upload = Upload { file_name, content };
        let id = uploads::insert(&work, user, &upload, LIFETIME).await?;
        work.commit().await?;
        Ok(Some(id))
    }

    /// The current preview of a stored file.
    pub async fn preview_import(&self, user: UserId, id: UploadId) -> Result<PreviewOutcome> {
        let Some(_permit) = self.import_permit().await else {
            return Ok(PreviewOutcome::Busy);
        };
        let look = timeout(Duration::from_secs(LOOK_SECONDS), self.look(user, id));
        look.await.unwrap_or(Ok(PreviewOutcome::TooLong))
    }

    /// Dropped at any await, it leaves a transaction that is rolled back.
    async fn look(&self, user: UserId, id: UploadId) -> Result<PreviewOutcome> {
        let mut client = self.database.unhurried_client().await?;
        let Some(Upload { file_name, content }) = uploads::find(&client, user, id).await? else {
            return Ok(PreviewOutcome::Gone);
        };
        let transaction = client.transaction().await?;
        transaction.batch_execute(LOOK_LIMIT).await?;
        let found = match fixtures::preview(&transaction, &content, &file_name).await {
            Ok(found) => Ok(found),
            Err(LoadError::Invalid(errors)) => Err(errors),
            Err(err) => return Err(DbError::from(err).into()),
        };
        transaction.rollback().await?;
        Ok(PreviewOutcome::Found(Preview { file_name, found }))
    }

    /// The permit to read a file; `None` when none becomes free soon.
    async fn import_permit(&self) -> Option<OwnedSemaphorePermit> {
        let permit = Arc::clone(&self.imports).acquire_owned();
        timeout(PATIENCE, permit).await.ok()?.ok()
    }

    /// Imports a kept file in one transaction, which also removes it.
    ///
    /// # Errors
    /// When the database refuses or can't answer; then the file is still kept.
    pub async fn import(
        &self,
        actor: &str,
        user: UserId,
        id: UploadId,
        skip_invalid: bool,
    ) -> Result<ImportOutcome> {
        let Some(permit) = self.import_permit().await else {
            return Ok(ImportOutcome::Busy);
        };
        let (this, actor) = (self.clone(), actor.to_owned());
        to_the_end(async move {
            let _permit = permit;
            let mut client = this.database.unhurried_client().await?;
            let work = UnitOfWork::begin_long(&mut client, &actor).await?;
            let found = uploads::take(work.transaction(), user, id).await?;
            let Some(Upload { file_name, content }) = found else {
                return Ok(ImportOutcome::Gone);
            };
            event_log::set_note(work.transaction(), "imported from a file").await?;
            let done =
                fixtures::import(work.transaction(), &content, &file_name, skip_invalid).await;
            let report = match done {
                Ok(report) => report,
                Err(LoadError::Invalid(_)) => return Ok(ImportOutcome::Refused),
                Err(err) => return Err(DbError::from(err).into()),
            };
            this.commit(work).await?;
            fixtures::settle(&client, report.merged.changed).await;
            Ok(ImportOutcome::Done(report))
        })
        .await
    }

    /// Forgets a kept file; `false` when there is none any more, or its import has begun.
    pub async fn forget_upload(&self, user: UserId, id: UploadId) -> Result<bool> {
        Ok(uploads::delete(&self.database.client().await?, user, id).await?)
    }

    /// Forgets the kept files whose time is over; returns how many.
    pub async fn forget_expired_uploads(&self) -> Result<u64> {
        Ok(uploads::delete_expired(&self.database.client().await?).await?)
    }
}
