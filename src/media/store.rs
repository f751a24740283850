//! Stores the files of photos: in a folder, or in a bucket of an S3-compatible store.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{
    ClientOptions, ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig, path::Path as Key,
};

use crate::config::{MediaChoice, S3Config};
use crate::domain::PhotoFile;

/// The time limit of an S3 request, with all its attempts.
const S3_PATIENCE: Duration = Duration::from_secs(20);

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The configuration can't be used.
    #[error("photos can't be stored at MEDIA_URL={0}: {1}")]
    Configuration(String, String),
    /// An operation failed.
    #[error("the store of photos failed: {0}")]
    Failed(#[from] object_store::Error),
}

/// A file to send.
pub enum Opened {
    /// A file in a folder.
    Local(PathBuf),
    /// The size and the bytes of a file in S3.
    Remote(u64, BoxStream<'static, Result<Bytes, StoreError>>),
}

/// A file in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its path; `None` for a file that this site did not store.
    pub file: Option<PhotoFile>,
    /// Its path in the store.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was last written.
    pub written_at: DateTime<Utc>,
}

/// The store of photo files; cheap to clone.
#[derive(Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// The folder of the files, unless they are in S3.
    folder: Option<PathBuf>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.objects)
    }
}

impl Store {
    /// The store of a configuration. Nothing is read or written yet: a missing folder is created with the first file.
    ///
    /// # Errors
    /// [`StoreError::Configuration`] for a folder path that contains `..`, and for invalid S3 parameters.
    pub fn open(choice: &MediaChoice) -> Result<Self, StoreError> {
        match choice {
            MediaChoice::Folder(folder) => Self::in_folder(folder),
            MediaChoice::S3(config) => Self::in_s3(config),
        }
    }

    fn in_folder(folder: &Path) -> Result<Self, StoreError> {
        let shown = || folder.display().to_string();
        let prefix = Key::from_absolute_path(folder)
            .map_err(|err| StoreError::Configuration(shown(), err.to_string()))?;
        let disk = LocalFileSystem::new().with_fsync(true).with_automatic_cleanup(true);
        let objects = Arc::new(PrefixStore::new(disk, prefix));
        Ok(Self { objects, folder: Some(folder.to_owned()) })
    }

    fn in_s3(config: &S3Config) -> Result<Self, StoreError> {
        // Fails if another part of the program has installed a provider already, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let retries =
            RetryConfig { max_retries: 3, retry_timeout: S3_PATIENCE, ..Default::default() };
        let client =
            ClientOptions::new().with_timeout(S3_PATIENCE).with_connect_timeout(S3_PATIENCE / 4);
        let mut builder = AmazonS3Builder::new()
            .with_client_options(client)
            .with_retry(retries)
            .with_bucket_name(&config.bucket);
        for (name, value) in &config.variables {
            if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
                builder = builder.with_config(key, value);
            }
        }
        if let Some(region) = &config.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = &config.endpoint {
            builder =
                builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http:"));
        }
        let objects = builder.build();
        let objects = objects
            .map_err(|err| StoreError::Configuration(config.to_string(), err.to_string()))?;
        let objects: Arc<dyn ObjectStore> = match config.prefix.is_empty() {
            true => Arc::new(objects),
            false => Arc::new(PrefixStore::new(objects, config.prefix.as_str())),
        };
        Ok(Self { objects, folder: None })
    }

    /// Stores a file; an existing one of the same name is replaced atomically.
    pub async fn put(&self, file: &PhotoFile, content: Vec<u8>) -> Result<(), StoreError> {
        self.objects.put(&key(file), PutPayload::from(content)).await?;
        Ok(())
    }

    /// Opens a file to send; `None` if there is none.
    pub async fn open_file(&self, file: &PhotoFile) -> Result<Option<Opened>, StoreError> {
        if let Some(folder) = &self.folder {
            // A path of this form stays within the folder.
            return Ok(Some(Opened::Local(folder.join(file.to_string()))));
        }
        match self.objects.get(&key(file)).await {
            Ok(found) => {
                let bytes = found.meta.size;
                let pieces = found.into_stream().map_err(StoreError::from).boxed();
                Ok(Some(Opened::Remote(bytes, pieces)))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(err) => Err(err.into()),
        }
    }

    /// Whether a file exists.
    pub async fn has(&self, file: &PhotoFile) -> Result<bool, StoreError> {
        match self.objects.head(&key(file)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(err) => Err(err.into()),
        }
    }

    /// Removes a file that may be missing.
    pub async fn delete(&self, file: &PhotoFile) -> Result<(), StoreError> {
        match self.objects.delete(&key(file)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(err) => Err(err.into()),
        }
    }

    /// Every file in the store.
    pub fn list(&self) -> BoxStream<'static, Result<StoredFile, StoreError>> {
        let stored = |meta: object_store::ObjectMeta| StoredFile {
            file: PhotoFile::parse(meta.location.as_ref()),
            path: meta.location.to_string(),
            bytes: meta.size,
            written_at: meta.last_modified,
        };
        self.objects.list(None).map_ok(stored).map_err(StoreError::from).boxed()
    }
}

fn key(file: &PhotoFile) -> Key {
    Key::from(file.to_string())
}
