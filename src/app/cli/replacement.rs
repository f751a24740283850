//! A file that appears when it is complete.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file that is written beside another's place, and put there when it is done.
///
/// **Invariant:** until then the other file is untouched, and nothing is left if it never is.
pub(super) struct Replacement {
    file: File,
    path: PathBuf,
    /// Where it is written; `None` where the path is a device or a pipe, which nothing can replace.
    beside: Option<PathBuf>,
}

impl Replacement {
    /// Begins to write a file for a path.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        // A link stays one: what it names is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let before = fs::metadata(&path).ok();
        if before.as_ref().is_some_and(|meta| !meta.is_file()) {
            let file = File::options().write(true).open(&path)?;
            return Ok(Self {
                file,
                path,
                beside: None,
            });
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{:08x}.part", rand::random::<u32>()));
        let beside = path.with_file_name(name);
        let file = File::create_new(&beside)?;
        let replacement = Self {
            file,
            path,
            beside: Some(beside),
        };
        if let Some(meta) = before {
            replacement.file.set_permissions(meta.permissions())?;
        }
        Ok(replacement)
    }

    /// What is written to.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Puts the file where it belongs.
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
            // Somebody else may have removed it.
            let _ = fs::remove_file(beside);
        }
    }
}
