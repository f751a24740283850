//! The photos of listings: adds files, changes the photos of a listing, and maintains the store.
//!
//! **Invariant:** the files of a photo are in the store before a listing refers to them, and remain for a day after the
//! last listing did. So a crash in between leaves an unused file but never a photo without a file, and a change can be
//! undone for a day.

use std::collections::{HashMap, HashSet};
use std::fs::File;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;

use super::editor::Ending::{Commit, RollBack};
use super::{Editor, Result};
use crate::db::{Database, photos};
use crate::domain::{Photo, PhotoFile, PhotoFormat, PhotoHash, Photos, Property, PropertyId};
use crate::media::{Media, MediaError, Opened};

/// The number of photos whose files are removed under one lock: an upload waits at most this long.
const REMOVED_AT_ONCE: usize = 200;

/// The outcome of a change to the photos of a listing.
#[derive(Debug)]
pub enum PhotosOutcome {
    /// Saved.
    Saved(Property),
    /// The listing has these photos already.
    Same(Property),
    /// Nothing was saved: the photos are not those that the change was made for.
    Conflict(Property),
    /// Nothing was saved: the listing would have too many photos.
    TooMany(Property),
    /// Nothing was saved: the files of a photo have been removed.
    Removed(Property),
    /// The listing was deleted.
    Gone,
}

/// The store of photos compared with the listings.
#[derive(Debug, Default)]
pub struct MediaReport {
    /// The number of listings that have photos.
    pub listings: usize,
    /// The number of their photos.
    pub photos: usize,
    /// The number of files in the store.
    pub files: usize,
    /// Their total size in bytes.
    pub bytes: u64,
    /// Files that a listing refers to and the store does not have.
    pub missing: Vec<(PropertyId, PhotoFile)>,
    /// The number of stored photos that no listing has.
    pub unused: usize,
    /// Files that this site did not store.
    pub foreign: Vec<String>,
}

/// Reads and changes photos; cheap to clone.
#[derive(Clone)]
pub struct Gallery {
    pub(super) database: Database,
    pub(super) editor: Editor,
    pub(super) media: Media,
}

impl Gallery {
    /// Where photos are made and stored.
    pub fn media(&self) -> &Media {
        &self.media
    }

    /// Stores the renditions of an uploaded file. No listing has the photo yet.
    ///
    /// # Errors
    /// [`MediaError::Refused`] for a file that is not allowed.
    pub async fn add(&self, file: File) -> Result<Photo, MediaError> {
        self.media.add(file).await
    }

    /// Opens a file to send; `None` if there is none.
    pub async fn open(&self, file: &PhotoFile) -> Result<Option<Opened>> {
        Ok(self.media.store.open_file(file).await.map_err(MediaError::from)?)
    }

    /// Changes the photos of a listing: `edit` gets the current photos and returns the new ones, or `None` if it was
    /// made for others.
    pub async fn change(
        &self,
        actor: &str,
        id: PropertyId,
        edit: impl FnOnce(&[Photo]) -> Option<Vec<Photo>> + Send + 'static,
    ) -> Result<PhotosOutcome> {
        let store = self.media.store.clone();
        let written = self.editor.write(actor, move |work| {
            Box::pin(async move {
                let Some(current) = crate::db::properties::find_locked(work, id).await? else {
                    return Ok(RollBack(PhotosOutcome::Gone));
                };
                let old = current.facts.photos();
                let Some(new) = edit(old) else {
                    return Ok(RollBack(PhotosOutcome::Conflict(current)));
                };
                if new == old {
                    return Ok(RollBack(PhotosOutcome::Same(current)));
                }
                let Some(new) = Photos::new(new) else {
                    return Ok(RollBack(PhotosOutcome::TooMany(current)));
                };
                photos::keep_files(work).await?;
                let known: HashSet<_> = old.iter().map(|photo| &photo.hash).collect();
                for photo in new.as_slice().iter().filter(|photo| !known.contains(&photo.hash)) {
                    let largest = photo.file(photo.width, PhotoFormat::Jpeg);
                    if !store.has(&largest).await.map_err(MediaError::from)? {
                        return Ok(RollBack(PhotosOutcome::Removed(current)));
                    }
                }
                Ok(match photos::update(work, id, &new).await? {
                    Some(saved) => Commit(PhotosOutcome::Saved(saved)),
                    None => RollBack(PhotosOutcome::Gone),
                })
            })
        });
        Ok(written.await?.0)
    }

    /// Compares the listings with the store.
    pub async fn check(&self) -> Result<MediaReport> {
        let stored: Vec<_> =
            self.media.store.list().try_collect().await.map_err(MediaError::from)?;
        let client = self.database.unhurried_client().await?;
        let used = photos::list(&client).await?;
        let mut report = MediaReport { listings: used.len(), ..MediaReport::default() };
        let (mut there, mut names) = (HashSet::new(), HashSet::new());
        for file in stored {
            report.bytes += file.bytes;
            report.files += 1;
            match file.file {
                Some(file) => {
                    names.insert(file.hash.clone());
                    there.insert(file);
                }
                None => report.foreign.push(file.path),
            }
        }
        for (id, photos) in &used {
            for photo in photos.as_slice() {
                report.photos += 1;
                names.remove(&photo.hash);
                let missing = photo.files().filter(|file| !there.contains(file));
                report.missing.extend(missing.map(|file| (*id, file)));
            }
        }
        report.unused = names.len();
        Ok(report)
    }

    /// Removes the files of photos that no listing has had since a time, and that were stored before it; returns the
    /// number of photos. Removes nothing if the history does not say which photos listings had.
    pub async fn collect(&self, since: DateTime<Utc>) -> Result<usize> {
        let mut stored: HashMap<PhotoHash, Vec<PhotoFile>> = HashMap::new();
        let mut young = HashSet::new();
        let mut list = self.media.store.list();
        while let Some(found) = list.try_next().await.map_err(MediaError::from)? {
            let Some(file) = found.file else { continue };
            if found.written_at >= since {
                young.insert(file.hash.clone());
            }
            stored.entry(file.hash.clone()).or_default().push(file);
        }
        stored.retain(|hash, _| !young.contains(hash));
        let old: Vec<_> = stored.into_iter().collect();
        let mut removed = 0;
        let mut client = self.database.unhurried_client().await?;
        for some in old.chunks(REMOVED_AT_ONCE) {
            let work = client.transaction().await?;
            photos::hold_uses(&work).await?;
            let Some(used) = photos::list_used_since(&work, since).await? else {
                return Ok(removed);
            };
            for (_, files) in some.iter().filter(|(hash, _)| !used.contains(hash)) {
                for file in files {
                    self.media.store.delete(file).await.map_err(MediaError::from)?;
                }
                removed += 1;
            }
            work.commit().await?;
        }
        Ok(removed)
    }
}
