//! The layout of `DATA_DIR`, and the permissions in it.
//!
//! If the program runs as root, root owns the directory and the program's own files; the servers' files belong to their
//! [`Account`].

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::Account;
use super::error::ServersError;

/// The maximum length of the socket directory's path: `sun_path` holds 104 bytes on macOS, 108 on Linux, and PostgreSQL
/// appends `/.s.PGSQL.5432` with a zero byte.
const MAX_SOCKET_DIR: usize = 85;

/// `DATA_DIR`, which exists and is writable for the program.
#[derive(Debug, Clone)]
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// Opens the directory; creates it without access for other users if it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, ServersError> {
        let create = DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(path.parent().unwrap_or(Path::new("/")));
        create.map_err(ServersError::data_dir(path))?;
        match DirBuilder::new().mode(0o700).create(path) {
            Err(err) if err.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(ServersError::data_dir(path)(err));
            }
            _ => {}
        }
        let path = path.canonicalize().map_err(ServersError::data_dir(path))?;
        match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => Ok(Self(path)),
            Ok(_) => Err(ServersError::data_dir(path)(std::io::ErrorKind::NotADirectory.into())),
            Err(err) => Err(ServersError::data_dir(path)(err)),
        }
    }

    /// The path of the directory, without symbolic links.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file or directory in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The directory of PostgreSQL's data.
    pub(super) fn postgres(&self) -> PathBuf {
        self.join("postgres")
    }

    /// Lets another user's processes reach their own files. They can't list the directory.
    pub(super) fn admit(&self, account: &Account) -> Result<(), ServersError> {
        if account.is_other_user() {
            let meta = fs::metadata(&self.0).map_err(ServersError::data_dir(&self.0))?;
            let mode = meta.mode() & 0o7777;
            if mode & 0o011 != 0o011 {
                fs::set_permissions(&self.0, Permissions::from_mode(mode | 0o011))
                    .map_err(ServersError::data_dir(&self.0))?;
            }
        }
        account.require_reach(&self.0)
    }

    /// The directory of the sockets: in the data directory, unless their paths would be too long or need quoting.
    pub(super) fn sockets(&self) -> PathBuf {
        let run = self.join("run");
        let bytes = run.as_os_str().as_bytes();
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"/._-".contains(b);
        if bytes.len() <= MAX_SOCKET_DIR && bytes.iter().all(plain) {
            return run;
        }
        let digest = Sha256::digest(self.0.as_os_str().as_bytes());
        let name: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
        Path::new("/tmp").join(format!("property-listings-{name}"))
    }

    /// Creates the socket directory, and refuses one that another user created.
    pub(super) fn create_sockets(&self, account: &Account) -> Result<PathBuf, ServersError> {
        let path = self.sockets();
        private_dir(&path, account)?;
        let meta = fs::symlink_metadata(&path).map_err(ServersError::data_dir(&path))?;
        let private = meta.is_dir() && meta.uid() == account.uid() && meta.mode() & 0o077 == 0;
        private.then_some(()).ok_or(ServersError::SocketDir(path.clone()))?;
        account.require_reach(&path)?;
        Ok(path)
    }

    /// Removes the socket directory if it is outside the data directory and empty.
    pub(super) fn remove_outside_sockets(&self) {
        let path = self.sockets();
        if !path.starts_with(&self.0)
            && let Err(err) = fs::remove_dir(&path)
        {
            log::debug!("{} stays: {err}", path.display());
        }
    }

    /// The path of a server's log; a large log is moved away first.
    pub(super) fn log(&self, name: &str) -> Result<PathBuf, ServersError> {
        const MAX_LOG_BYTES: u64 = 16 * 1024 * 1024;
        let path = self.join(name);
        if fs::metadata(&path).is_ok_and(|meta| meta.len() > MAX_LOG_BYTES) {
            let old = self.join(&format!("{name}.1"));
            fs::rename(&path, old).map_err(ServersError::data_dir(&path))?;
        }
        Ok(path)
    }
}

/// Creates a directory of mode 700 that belongs to `account`. An existing one that still belongs to root is handed
/// over: an interrupted start leaves it like that.
pub(super) fn private_dir(path: &Path, account: &Account) -> Result<(), ServersError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(err) if err.kind() == std::io::ErrorKind::AlreadyExists => {
            let meta = fs::symlink_metadata(path).map_err(ServersError::data_dir(path))?;
            if meta.is_dir() && meta.uid() == 0 {
                return account.own(path);
            }
            Ok(())
        }
        Err(err) => Err(ServersError::data_dir(path)(err)),
        Ok(()) => account.own(path),
    }
}

/// Removes a file that may be missing.
pub(super) fn remove_stale(path: &Path) -> Result<(), ServersError> {
    match fs::remove_file(path) {
        Err(err) if err.kind() != std::io::ErrorKind::NotFound => {
            Err(ServersError::data_dir(path)(err))
        }
        _ => Ok(()),
    }
}

/// The first line of a file; `None` if it can't be read.
pub(super) fn first_line(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().next().map(|line| line.trim().to_owned())
}
