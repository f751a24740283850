//! Photos as files: reads uploads, makes the renditions that pages show, and stores them.
//!
//! This module knows neither listings nor requests. **Invariant:** no pixel is read before the sizes of the file and
//! the picture are known to be within the limits, and none on a thread that answers requests.

mod picture;
mod pool;
mod rendition;
mod store;

pub use picture::{MAX_BYTES, MAX_PIXELS, Refusal};
pub use store::{Opened, Store, StoreError, StoredFile};

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use sha2::{Digest as _, Sha256};
use tokio::sync::oneshot;

use crate::domain::{Photo, PhotoHash};
use pool::Pool;
use rendition::Rendered;

/// The version of the renditions. A change of sizes, formats or qualities needs another version, so that the content of
/// a URL never changes.
const VERSION: &[u8] = b"renditions 1\n";

/// Why a photo was not stored.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The file is not allowed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The uploaded file can't be read.
    #[error("an uploaded file can't be read: {0}")]
    Upload(#[from] std::io::Error),
    /// The work ended before it was done.
    #[error("the work on a photo was interrupted")]
    Interrupted,
}

/// Makes and stores the files of photos; cheap to clone.
#[derive(Debug, Clone)]
pub struct Media {
    /// Where the files are.
    pub store: Store,
    pool: Pool,
}

impl Media {
    /// Photos in a store.
    pub fn new(store: Store) -> Self {
        Self { store, pool: Pool::default() }
    }

    /// Makes the renditions of an uploaded file and stores them. All are stored before this returns.
    ///
    /// # Errors
    /// [`MediaError::Refused`] for a file that is not a picture or exceeds a limit, and failures of the store.
    pub async fn add(&self, original: impl Into<Original>) -> Result<Photo, MediaError> {
        let original = original.into();
        let render = move || {
            let (hash, bytes) = original.read()?;
            Ok(rendition::render(hash, picture::read(&bytes)?)?)
        };
        let Rendered { photo, files } = self.work(render).await?;
        for (file, content) in files {
            self.store.put(&file, content).await?;
        }
        Ok(photo)
    }

    /// The same, but a photo whose files are all in the store is not made again: only the size of the picture is read.
    ///
    /// # Errors
    /// As [`Media::add`].
    pub async fn add_once(&self, original: impl Into<Original>) -> Result<Photo, MediaError> {
        let original = original.into();
        let measure = move || {
            let (hash, bytes) = original.read()?;
            let photo = rendition::photo(hash, picture::measure(&bytes)?);
            Ok((photo, bytes))
        };
        let (photo, bytes) = self.work(measure).await?;
        let files: Vec<_> = photo.files().collect();
        for file in files {
            if !self.store.has(&file).await? {
                return self.add(bytes).await;
            }
        }
        Ok(photo)
    }

    /// The photo that a file would become. The picture is read to its last pixel, and nothing is stored.
    ///
    /// # Errors
    /// [`MediaError::Refused`] for a file that is not a picture or exceeds a limit.
    pub async fn inspect(&self, original: impl Into<Original>) -> Result<Photo, MediaError> {
        let original = original.into();
        let inspect = move || {
            let (hash, bytes) = original.read()?;
            Ok(rendition::photo(hash, picture::read(&bytes)?.upright()))
        };
        self.work(inspect).await
    }

    /// Does work on a picture in the pool.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, MediaError> + Send + 'static,
    ) -> Result<T, MediaError> {
        let (answer, done) = oneshot::channel();
        let work = move || {
            // A client that has disconnected needs no answer.
            let _ = answer.send(work());
        };
        self.pool.run(Box::new(work)).await;
        done.await.map_err(|_| MediaError::Interrupted)?
    }
}

/// A file that is to become a photo.
#[derive(Debug)]
pub enum Original {
    /// A file of the disk.
    File(File),
    /// Its bytes.
    Bytes(Vec<u8>),
}

impl From<File> for Original {
    fn from(file: File) -> Self {
        Self::File(file)
    }
}

impl From<Vec<u8>> for Original {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl Original {
    /// Its bytes, with the name that the photo's files get from them.
    fn read(self) -> Result<(PhotoHash, Vec<u8>), MediaError> {
        let bytes = match self {
            Self::Bytes(bytes) if bytes.len() as u64 > MAX_BYTES => {
                return Err(Refusal::TooManyBytes.into());
            }
            Self::Bytes(bytes) => bytes,
            Self::File(mut file) => {
                if file.seek(SeekFrom::End(0))? > MAX_BYTES {
                    return Err(Refusal::TooManyBytes.into());
                }
                file.rewind()?;
                let mut bytes = Vec::new();
                file.take(MAX_BYTES).read_to_end(&mut bytes)?;
                bytes
            }
        };
        let digest = Sha256::new().chain_update(VERSION).chain_update(&bytes).finalize();
        let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Ok((PhotoHash::parse(&digits).ok_or(MediaError::Interrupted)?, bytes))
    }
}
