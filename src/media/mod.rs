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
#[derive(Clone)]
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
    pub async fn add(&self, file: File) -> Result<Photo, MediaError> {
        let (answer, rendered) = oneshot::channel();
        let work = move || {
            // A client that has disconnected needs no answer.
            let _ = answer.send(render(file));
        };
        self.pool.run(Box::new(work)).await;
        let Rendered { photo, files } = rendered.await.map_err(|_| MediaError::Interrupted)??;
        for (file, content) in files {
            self.store.put(&file, content).await?;
        }
        Ok(photo)
    }
}

fn render(mut file: File) -> Result<Rendered, MediaError> {
    let length = file.seek(SeekFrom::End(0))?;
    if length > MAX_BYTES {
        return Err(Refusal::TooManyBytes.into());
    }
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let digest = Sha256::new().chain_update(VERSION).chain_update(&bytes).finalize();
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let hash = PhotoHash::parse(&digits).ok_or(MediaError::Interrupted)?;
    Ok(rendition::render(hash, picture::read(&bytes)?)?)
}
