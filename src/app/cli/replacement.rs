//! A file that is replaced only when the new content is complete.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that is being written.
///
/// **Invariant:** the target is unchanged until [`Self::finish`], and a failure leaves no temporary file.
pub(super) enum Replacement {
    /// A device or a pipe, which can't be replaced.
    Device(File),
    /// A temporary file next to the target that it replaces.
    Beside(NamedTempFile, PathBuf),
}

impl Replacement {
    /// Begins to write the file of a path.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        // A symbolic link remains: its target is replaced.
        let path =
            path.canonicalize().unwrap_or_else(|_| std::path::absolute(path).unwrap_or_default());
        let before = fs::metadata(&path).ok();
        if before.as_ref().is_some_and(|meta| !meta.is_file()) {
            return Ok(Self::Device(File::options().write(true).open(&path)?));
        }
        let mut prefix = path.file_name().unwrap_or_default().to_owned();
        prefix.push(".");
        let beside = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(".part")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(path.parent().unwrap_or(Path::new("/")))?;
        if let Some(meta) = before {
            beside.as_file().set_permissions(meta.permissions())?;
        }
        Ok(Self::Beside(beside, path))
    }

    /// The file to write to.
    pub(super) fn file(&self) -> &File {
        match self {
            Self::Device(file) => file,
            Self::Beside(file, _) => file.as_file(),
        }
    }

    /// Replaces the target.
    ///
    /// # Errors
    /// If the file can't be stored; the target is then unchanged.
    pub(super) fn finish(self) -> io::Result<()> {
        if let Self::Beside(file, path) = self {
            file.as_file().sync_all()?;
            file.persist(path)?;
        }
        Ok(())
    }
}
