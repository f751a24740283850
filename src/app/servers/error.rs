//! Errors of private servers, with their remedies.

use std::io;
use std::path::PathBuf;

/// Why the servers could not be started or joined.
#[derive(Debug, thiserror::Error)]
pub enum ServersError {
    /// A file or directory below `DATA_DIR` can't be created, read or written.
    #[error("can't use {path} (below DATA_DIR): {1}; make it writable or set another DATA_DIR", path = .0.display())]
    DataDir(PathBuf, #[source] io::Error),
    /// The program runs as root, and the unprivileged account can't reach `DATA_DIR`.
    #[error(
        "DATA_DIR={} can't be used by the user {account}. PostgreSQL runs as this user because it refuses root, \
        but the user has no access to {}; set DATA_DIR to another directory, such as /var/lib/property-listings",
        .data_dir.display(),
        .closed.display()
    )]
    Unreachable {
        /// The data directory.
        data_dir: PathBuf,
        /// The inaccessible directory above it.
        closed: PathBuf,
        /// The user.
        account: String,
    },
    /// The program runs as root, and there is no other user to run the servers as.
    #[error(
        "PostgreSQL refuses to run as root, and neither the user postgres nor nobody exists; run as another user"
    )]
    NoAccount,
    /// Another process owns the data directory.
    #[error(
        "DATA_DIR={path} is in use by process {1}: stop that process, or set another DATA_DIR (or DATABASE_URL \
        and REDIS_URL)",
        path = .0.display()
    )]
    InUse(PathBuf, String),
    /// The process that owns the data directory has no PostgreSQL to share.
    #[error(
        "process {1}, which owns DATA_DIR={path}, runs no private PostgreSQL; set the same DATABASE_URL here, or \
        another DATA_DIR",
        path = .0.display()
    )]
    NotOffered(PathBuf, u32),
    /// The owner of the data directory neither became ready nor ended within this many seconds.
    #[error(
        "process {1} has been starting or stopping the servers on DATA_DIR={path} for {2} s; \
         wait for it or stop it, then try again",
        path = .0.display()
    )]
    OwnerBusy(PathBuf, String, u64),
    /// PostgreSQL is not installed, or only in a version that is too old.
    #[error(
        "PostgreSQL {0} or later is not installed{found}: install it (Debian, Ubuntu: apt-get install postgresql; \
         macOS: brew install postgresql), or set DATABASE_URL to a running server",
        found = .1.map(|major| format!(" (found {major})")).unwrap_or_default()
    )]
    NoPostgres(u32, Option<u32>),
    /// The data was written by another major version.
    #[error(
        "the data in {} belongs to PostgreSQL {data}, but version {installed} is installed: \
         install PostgreSQL {data}, move the data with pg_upgrade, or set another DATA_DIR",
        .directory.display()
    )]
    OtherMajor {
        /// The data directory of PostgreSQL.
        directory: PathBuf,
        /// The major version that wrote the data.
        data: u32,
        /// The installed major version.
        installed: u32,
    },
    /// `initdb` failed in a directory, with this output.
    #[error("initdb could not create the database in {path}: {1}", path = .0.display())]
    Initdb(PathBuf, String),
    /// A program could not be run.
    #[error("can't run {0}: {1}")]
    Run(String, #[source] io::Error),
    /// A server (with this process id) that an earlier run left behind does not end.
    #[error(
        "an earlier {0} (process {1}) still uses this DATA_DIR and does not stop; stop it manually"
    )]
    Orphan(&'static str, u32),
    /// The socket directory belongs to another user.
    #[error(
        "the socket directory {} is not a private directory of the right user: remove it, or set a shorter DATA_DIR",
        .0.display()
    )]
    SocketDir(PathBuf),
    /// A server did not answer in time, or ended repeatedly.
    #[error("{server} did not start ({reason}); the end of {}:\n{tail}", .log.display())]
    NotReady {
        /// The server's name.
        server: &'static str,
        /// How the last attempt failed.
        reason: String,
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The program was asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The file with the secret key has fewer than this many bytes.
    #[error(
        "{path} holds fewer than {1} bytes: remove it to get a new key (this ends all sessions), or set SECRET_KEY",
        path = .0.display()
    )]
    ShortSecretKey(PathBuf, usize),
}

impl ServersError {
    /// Makes a closure for `map_err`: a failure of a file in `DATA_DIR`.
    pub(crate) fn data_dir(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::DataDir(path, source)
    }
}
