//! The key that signs sessions: the configured one, or one that is generated once and stored.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::servers::ServersError;
use super::servers::data_dir::DataDir;
use crate::cache::hex;
use crate::config::{Config, SecretKey};

/// The file's name in `DATA_DIR`.
const FILE: &str = "secret_key";

/// Returns `SECRET_KEY`, or else the key in `DATA_DIR/secret_key`, which is generated if it is missing.
///
/// Programs that start at the same time get the same key.
pub fn secret_key(config: &Config) -> Result<SecretKey, ServersError> {
    if let Some(key) = &config.site.secret_key {
        return Ok(key.clone());
    }
    let data_dir = DataDir::open(&config.data_dir)?;
    let path = data_dir.join(FILE);
    let text = match fs::read(&path) {
        Err(err) if err.kind() == ErrorKind::NotFound => {
            generate(&data_dir, &path)?;
            fs::read(&path)
        }
        outcome => outcome,
    };
    let text = text.map_err(ServersError::data_dir(&path))?;
    SecretKey::new(text.trim_ascii())
        .ok_or(ServersError::ShortSecretKey(path, SecretKey::MIN_BYTES))
}

/// Writes a new key to a temporary file and moves it to `path`, unless another program was faster. No program can read
/// an incomplete key.
fn generate(data_dir: &DataDir, path: &Path) -> Result<(), ServersError> {
    let mut text = hex(&rand::random::<[u8; 32]>());
    text.push('\n');
    let write = || -> io::Result<()> {
        let mut new = NamedTempFile::new_in(data_dir.path())?;
        new.write_all(text.as_bytes())?;
        new.as_file().sync_all()?;
        match new.persist_noclobber(path) {
            Err(err) if err.error.kind() == ErrorKind::AlreadyExists => Ok(()),
            // Some file systems can't move a file without replacing another. On those, a program that starts at the
            // same moment may replace the key.
            Err(err) => Ok(err.file.persist(path).map(drop)?),
            Ok(_) => Ok(()),
        }
    };
    write().map_err(ServersError::data_dir(path))
}
