//! Imports of files that staff upload: stored, previewed, applied.
//!
//! **Invariant:** only the user who sent a file can see it; it is imported once at most, and is gone soon after an hour. An
//! instance reads no more than a few at once, and reading one ends even if the client disconnects.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::editor::to_the_end;
use super::fixtures::{
    self, Choices, Columns, FileOfListings, Found, ImportReport, LoadError, Missing, Ready,
    RefusedRows, RowError, Survey, Unclear,
};
use super::{Editor, Result, ServiceError};
use crate::db::uploads::{self, Upload};
use crate::db::{
    Client, DbError, GenericClient as _, Transaction, event_log, import_choices, import_records,
};
use crate::domain::{ImportRecord, UploadId, UserId};
use crate::events::UnitOfWork;

/// The most bytes of a file; the database checks the same.
pub const MAX_UPLOAD_BYTES: usize = 20 * 1024 * 1024;

/// How long a file is kept.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How long the server may take to keep a file, and how long it waits for another one of the same user's.
const KEEPING_LIMITS: &str = "SET LOCAL statement_timeout = '30s'; SET LOCAL lock_timeout = '5s'";

/// The time limit of a preview.
pub const LOOK_SECONDS: u64 = 30;

/// The same for each statement, because an abandoned preview leaves its last one running on the server.
const LOOK_LIMIT: &str = "SET LOCAL statement_timeout = '30s'";

/// How long a preview or an import waits for another one to end.
const PATIENCE: Duration = Duration::from_secs(3);

/// The preview of a stored file.
#[derive(Debug)]
pub struct Preview {
    /// The name of the file.
    pub file_name: String,
    /// The preview of its import, or why there is none.
    pub found: Result<Box<Found>, Unread>,
}

/// Why a file can't be previewed.
#[derive(Debug)]
pub enum Unread {
    /// Something in it is ambiguous: staff have to choose.
    Unclear(Unclear),
    /// Its header is wrong.
    Invalid(Vec<RowError>),
    /// It has no listings: what it is instead.
    Other(String),
}

impl Unread {
    fn of(err: LoadError) -> Result<Self> {
        match err {
            LoadError::Unclear(unclear) => Ok(Self::Unclear(*unclear)),
            LoadError::Invalid(errors) => Ok(Self::Invalid(errors)),
            LoadError::Other(text) => Ok(Self::Other(text)),
            // The bytes are in memory: what can't be read is the fault of the file.
            LoadError::Read(err) => Ok(Self::Other(format!("The file can’t be read: {err}."))),
            LoadError::Media(err) => Err(err.into()),
            err => Err(DbError::from(err).into()),
        }
    }
}

/// The columns of a stored file.
#[derive(Debug)]
pub struct FileColumns {
    /// The name of the file.
    pub file_name: String,
    /// The columns.
    pub columns: Columns,
    /// The choices that were made for files with this header.
    pub choices: Choices,
}

/// The outcome of choosing what the columns of a file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceOutcome {
    /// The choices are kept.
    Kept,
    /// The file can't be read with them: its encoding is another.
    Unreadable,
    /// There is no such file of this user's any more.
    Gone,
}

/// The outcome of reading a file.
#[derive(Debug)]
pub enum PreviewOutcome {
    /// The preview.
    Found(Box<Preview>),
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
    /// Nothing is imported, because so many listings would be withdrawn, because of invalid rows beside that, or because photos
    /// are gone: in words.
    Missing(String),
    /// There is no such file of this user's any more.
    Gone,
    /// Nothing is imported, because the instance is reading as many files as it may.
    Busy,
}

impl ImportOutcome {
    /// The outcome of an import that failed.
    fn of(err: LoadError) -> Result<Self> {
        match err {
            LoadError::Invalid(_) | LoadError::Unclear(_) | LoadError::Other(_) => {
                Ok(Self::Refused)
            }
            err @ (LoadError::TooManyMissing { .. }
            | LoadError::MissingBesideInvalid
            | LoadError::PhotosRemoved) => Ok(Self::Missing(err.to_string())),
            LoadError::Media(err) => Err(err.into()),
            err => Err(DbError::from(err).into()),
        }
    }
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
        let Some(file) = self.stored(user, id).await? else {
            return Ok(PreviewOutcome::Gone);
        };
        let file_name = file.name.clone();
        let preview = async |transaction: &Transaction<'_>, ready: Ready| {
            fixtures::preview(transaction, ready, &|_, _| {}).await
        };
        let found = match self.looked_at(file, preview).await {
            Ok(found) => Ok(Box::new(found)),
            Err(err) => Err(Unread::of(err)?),
        };
        Ok(PreviewOutcome::Found(Box::new(Preview { file_name, found })))
    }

    /// The columns of a stored file, with the choices for them: those that are typed, or else kept. `None` when there is no such
    /// file any more.
    pub async fn import_columns(
        &self,
        user: UserId,
        id: UploadId,
        typed: Option<Choices>,
    ) -> Result<Option<FileColumns>> {
        let _permit = self.import_permit().await.ok_or(ServiceError::Busy)?;
        let client = self.database.client().await?;
        let Some(upload) = uploads::find(&client, user, id).await? else {
            return Ok(None);
        };
        let file = match typed {
            Some(typed) => self.file(upload, typed),
            None => chosen(&client, self.file(upload, Choices::default())).await?,
        };
        let (file_name, choices) = (file.name.clone(), file.choices.clone());
        match fixtures::columns(file).await {
            Ok(columns) => Ok(Some(FileColumns { file_name, columns, choices })),
            Err(err) => Unread::of(err).map(|_| None),
        }
    }

    /// Keeps the choices for files with the same columns as a stored one, unless the file can't be read with them.
    pub async fn choose_columns(
        &self,
        user: UserId,
        id: UploadId,
        choices: &Choices,
    ) -> Result<ChoiceOutcome> {
        let _permit = self.import_permit().await.ok_or(ServiceError::Busy)?;
        let client = self.database.client().await?;
        let Some(upload) = uploads::find(&client, user, id).await? else {
            return Ok(ChoiceOutcome::Gone);
        };
        let file = self.file(upload, choices.clone());
        if let Err(err) = fixtures::columns(file.clone()).await {
            Unread::of(err)?;
            return Ok(ChoiceOutcome::Unreadable);
        }
        let file = FileOfListings { choices: Choices::default(), ..file };
        let columns = fixtures::columns(file).await;
        if let Ok(columns) = columns {
            let json = serde_json::to_value(choices).unwrap_or_default();
            import_choices::write(&client, &header_hash(&columns.survey), &json).await?;
        }
        Ok(ChoiceOutcome::Kept)
    }

    /// The invalid rows of a stored file, as a file; `None` when there is none to be had.
    pub async fn refused_rows(&self, user: UserId, id: UploadId) -> Result<Option<RefusedRows>> {
        let Some(_permit) = self.import_permit().await else { return Ok(None) };
        let Some(file) = self.stored(user, id).await? else { return Ok(None) };
        match self.looked_at(file, fixtures::refused_rows).await {
            Ok(rows) => Ok(Some(rows)),
            Err(err) => Unread::of(err).map(|_| None),
        }
    }

    /// Examines a file in a transaction, which is rolled back.
    async fn looked_at<T>(
        &self,
        file: FileOfListings,
        find_out: impl AsyncFnOnce(&Transaction<'_>, Ready) -> Result<T, LoadError>,
    ) -> Result<T, LoadError> {
        let ready = fixtures::looked_at(file).await?;
        let mut client = self.database.unhurried_client().await?;
        let transaction = client.transaction().await?;
        transaction.batch_execute(LOOK_LIMIT).await?;
        let found = find_out(&transaction, ready).await;
        transaction.rollback().await?;
        found
    }

    /// The permit to read a file; `None` when none becomes free soon.
    async fn import_permit(&self) -> Option<OwnedSemaphorePermit> {
        let permit = Arc::clone(&self.imports).acquire_owned();
        timeout(PATIENCE, permit).await.ok()?.ok()
    }

    /// Imports a kept file in one transaction, which also removes it. Its photos are stored before.
    ///
    /// # Errors
    /// When the database refuses or can't answer, or the store of photos fails; then the file is still kept.
    pub async fn import(
        &self,
        actor: &str,
        user: UserId,
        id: UploadId,
        skip_invalid: bool,
        missing: Missing,
    ) -> Result<ImportOutcome> {
        let Some(permit) = self.import_permit().await else {
            return Ok(ImportOutcome::Busy);
        };
        let Some(file) = self.stored(user, id).await? else {
            return Ok(ImportOutcome::Gone);
        };
        let (this, actor) = (self.clone(), actor.to_owned());
        to_the_end(async move {
            let _permit = permit;
            let ready = to_the_end(async move { Ok(fixtures::ready(file, skip_invalid).await) });
            let ready = match ready.await? {
                Ok(ready) => ready,
                Err(err) => return ImportOutcome::of(err),
            };
            let mut client = this.database.unhurried_client().await?;
            let work = UnitOfWork::begin_long(&mut client, &actor).await?;
            if !uploads::delete(work.transaction(), user, id).await? {
                work.roll_back().await?;
                return Ok(ImportOutcome::Gone);
            }
            event_log::set_note(work.transaction(), "imported from a file").await?;
            let transaction = work.transaction();
            let done = fixtures::import(transaction, ready, skip_invalid, missing, &actor);
            let report = match done.await {
                Ok(report) => report,
                // The user may send another file at once.
                Err(err) => {
                    let _ = work.roll_back().await;
                    return ImportOutcome::of(err);
                }
            };
            this.commit(work).await?;
            fixtures::settle(&client, report.merged.changed).await;
            Ok(ImportOutcome::Done(report))
        })
        .await
    }

    /// A stored file with the choices that were made for files with its columns; `None` when there is no such file any more.
    async fn stored(&self, user: UserId, id: UploadId) -> Result<Option<FileOfListings>> {
        let client = self.database.unhurried_client().await?;
        let Some(upload) = uploads::find(&client, user, id).await? else { return Ok(None) };
        let file = self.file(upload, Choices::default());
        Ok(Some(chosen(&client, file).await?))
    }

    /// A stored file with choices for it.
    fn file(&self, Upload { file_name, content }: Upload, choices: Choices) -> FileOfListings {
        FileOfListings { name: file_name, content, choices, media: self.media.clone() }
    }

    /// The latest imports that can be undone.
    pub async fn recent_imports(&self) -> Result<Vec<ImportRecord>> {
        Ok(import_records::list(&self.database.client().await?).await?)
    }

    /// Undoes an import as a whole, but for listings that have changed since: how many listings are as they were, and how many
    /// were left. `None` if there is no such import to undo.
    pub async fn undo_import(&self, actor: &str, id: i64) -> Result<Option<(u64, u64)>> {
        let (this, actor) = (self.clone(), actor.to_owned());
        to_the_end(async move {
            let mut client = this.database.unhurried_client().await?;
            let work = UnitOfWork::begin_long(&mut client, &actor).await?;
            event_log::set_note(work.transaction(), &format!("undid import {id}")).await?;
            let undone = import_records::undo(work.transaction(), id).await?;
            match undone {
                Some(_) => drop(this.commit(work).await?),
                None => work.roll_back().await?,
            }
            Ok(undone)
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

/// A file with the choices that were made for files with its columns.
async fn chosen(client: &Client, file: FileOfListings) -> Result<FileOfListings> {
    let Ok(columns) = fixtures::columns(file.clone()).await else { return Ok(file) };
    let found = import_choices::find(client, &header_hash(&columns.survey)).await?;
    let choices = found.and_then(|json| serde_json::from_value(json).ok()).unwrap_or_default();
    Ok(FileOfListings { choices, ..file })
}

fn header_hash(survey: &Survey) -> [u8; 32] {
    Sha256::digest(survey.header().as_bytes()).into()
}
