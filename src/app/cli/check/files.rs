//! Permissions of the site's files for other users of the machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::finding::Finding;
use crate::config::Config;

/// The permission bits of all users except the owner.
const OTHERS: u32 = 0o077;
/// The write permission bits of all users except the owner.
const OTHERS_WRITE: u32 = 0o022;

/// Checks `DATA_DIR`, the key in it, and the `.env` file.
pub(super) fn findings(config: &Config, dot_env: Option<&Path>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let directory = &config.data_dir;
    if let Some(mode) = mode(directory).filter(|mode| mode & OTHERS_WRITE != 0) {
        findings.push(Finding::new(
            "files.W001",
            format!("Other users may change DATA_DIR, {} (mode {mode:o}).", directory.display()),
            format!("Run: chmod go-w {}", directory.display()),
        ));
    }
    let key = directory.join("secret_key");
    if let Some(mode) = mode(&key).filter(|mode| mode & OTHERS != 0) {
        findings.push(Finding::new(
            "files.W002",
            format!(
                "Other users may read or change the key that signs sessions, {} (mode {mode:o}).",
                key.display()
            ),
            format!("Run: chmod 600 {}", key.display()),
        ));
    }
    let env = dot_env.and_then(|path| Some((path, mode(path)?)));
    if let Some((path, mode)) = env.filter(|(_, mode)| mode & OTHERS != 0) {
        findings.push(Finding::new(
            "files.W003",
            format!(
                "Other users may read or change {}, which may contain passwords (mode {mode:o}).",
                path.display()
            ),
            format!("Run: chmod 600 {}", path.display()),
        ));
    }
    findings
}

/// A file's permissions; `None` where there is no such file.
fn mode(path: &Path) -> Option<u32> {
    let meta = fs::metadata(path).ok()?;
    Some(meta.permissions().mode() & 0o777)
}
