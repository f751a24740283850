//! A file that is replaced only when the new content is complete.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A temporary file beside a target file, which it replaces when it is complete.
///
/// **Invariant:** until then the target is unchanged, and a failure leaves no temporary file.
pub(super) struct Replacement {
    file: File,
    path: PathBuf,
    /// The temporary file; `None` if the target is a device or a pipe, which can't be replaced.
    beside: Option<PathBuf>,
}

impl Replacement {
    /// Begins to write a file for a path.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        // A link stays a link: its target is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let before = fs::metadata(&path).ok();
        if before.as_ref().is_some_and(|meta| !meta.is_file()) {
            let file = File::options().write(true).open(&path)?;
            return Ok(Self { file, path, beside: None });
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{:08x}.part", rand::random::<u32>()));
        let beside = path.with_file_name(name);
        let file = File::create_new(&beside)?;
        let replacement = Self { file, path, beside: Some(beside) };
        if let Some(meta) = before {
            replacement.file.set_permissions(meta.permissions())?;
        }
        Ok(replacement)
    }

    /// The file to write to.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Replaces the target.
    ///
    /// # Errors
    /// When it can't be kept; then what was there before still is.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let Some(beside) = &self.beside else {
            return Ok(());
        };
        self.file.sync_all()?;
        fs::rename(beside, &self.path)?;
        self.beside = None;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // Another program may have removed the file.
            let _ = fs::remove_file(beside);
        }
    }
}
