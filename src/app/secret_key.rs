//! The key that signs sessions: the configured one, or one that is generated once and kept.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::servers::ServersError;
use super::servers::data_dir::DataDir;
use crate::config::{Config, SecretKey};

/// The file below `DATA_DIR`.
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
        .ok_or(ServersError::ShortSecretKey { path, least: SecretKey::MIN_BYTES })
}

/// Writes a new key beside `path` and links it there, unless another program was faster. No program can read an incomplete key.
fn generate(data_dir: &DataDir, path: &Path) -> Result<(), ServersError> {
    let unique: u64 = rand::random();
    let new = data_dir.join(&format!("{FILE}.new-{unique:016x}"));
    let bytes: [u8; 32] = rand::random();
    let mut text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    text.push('\n');
    write(&new, &text).map_err(ServersError::data_dir(&new))?;
    let linked = match fs::hard_link(&new, path) {
        Ok(()) => Ok(()),
        Err(err) if err.kind() == ErrorKind::AlreadyExists => Ok(()),
        // Some file systems have no links. There a program that starts at the same instant may replace the key.
        Err(_) => return fs::rename(&new, path).map_err(ServersError::data_dir(path)),
    };
    let removed = fs::remove_file(&new).map_err(ServersError::data_dir(&new));
    linked.and(removed)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file: File = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
