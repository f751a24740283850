//! Errors of private servers, with what to do.

use std::io;
use std::path::PathBuf;

/// Why the servers could not be started or joined.
#[derive(Debug, thiserror::Error)]
pub enum ServersError {
    /// Something below `DATA_DIR` can't be created, read or written.
    #[error("can't use {} (below DATA_DIR): {source}; make it writable or set another DATA_DIR", .path.display())]
    DataDir {
        /// The file or directory.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// As root only: the unprivileged account can't get to `DATA_DIR`.
    #[error(
        "DATA_DIR={} can't be used by the user {account}. PostgreSQL runs as this user because it refuses root, \
        but the user has no access to {}; set DATA_DIR to another directory, such as /var/lib/property-listings",
        .data_dir.display(),
        .closed.display()
    )]
    Unreachable {
        /// The data directory.
        data_dir: PathBuf,
        /// The directory above it that is closed.
        closed: PathBuf,
        /// The user.
        account: String,
    },
    /// The program runs as root, and there is no other user to run the servers as.
    #[error(
        "PostgreSQL refuses to run as root, and neither the user postgres nor nobody exists; run as another user"
    )]
    NoAccount,
    /// Another program owns the data directory.
    #[error(
        "DATA_DIR={} is in use by process {pid}: stop that process, or set another DATA_DIR (or DATABASE_URL \
        and REDIS_URL)",
        .data_dir.display()
    )]
    InUse {
        /// The data directory.
        data_dir: PathBuf,
        /// The owner's process id.
        pid: String,
    },
    /// The owner of the data directory has no PostgreSQL to share.
    #[error(
        "process {pid}, which owns DATA_DIR={}, runs no private PostgreSQL; set the same DATABASE_URL here, or \
        another DATA_DIR",
        .data_dir.display()
    )]
    NotOffered {
        /// The data directory.
        data_dir: PathBuf,
        /// The owner's process id.
        pid: u32,
    },
    /// The owner of the data directory neither became ready nor went away.
    #[error(
        "process {pid} has been starting or stopping the servers on DATA_DIR={} for {seconds} s; \
         wait for it or stop it, then try again",
        .data_dir.display()
    )]
    OwnerBusy {
        /// The data directory.
        data_dir: PathBuf,
        /// The owner's process id.
        pid: String,
        /// The waiting time.
        seconds: u64,
    },
    /// PostgreSQL is not installed.
    #[error(
        "PostgreSQL {least} or later is not installed{}: install it (Debian, Ubuntu: apt-get install postgresql; \
         macOS: brew install postgresql), or set DATABASE_URL to a running server",
        .found.map(|major| format!(" (found {major})")).unwrap_or_default()
    )]
    NoPostgres {
        /// The oldest version that will do.
        least: u32,
        /// The newest version that is installed but too old.
        found: Option<u32>,
    },
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
    /// `initdb` failed.
    #[error("initdb could not create the database in {}: {output}", .directory.display())]
    Initdb {
        /// The directory of the new database.
        directory: PathBuf,
        /// The output of `initdb`.
        output: String,
    },
    /// A program could not be run at all.
    #[error("can't run {program}: {source}")]
    Run {
        /// The program.
        program: String,
        /// The system's answer.
        source: io::Error,
    },
    /// A server that an earlier run left behind does not end.
    #[error(
        "an earlier {server} (process {pid}) still uses this DATA_DIR and does not stop; stop it manually"
    )]
    Orphan {
        /// The server's name.
        server: &'static str,
        /// Its process id.
        pid: u32,
    },
    /// The directory for sockets belongs to another user.
    #[error(
        "the socket directory {} is not a private directory of the right user: remove it, or set a shorter DATA_DIR",
        .path.display()
    )]
    SocketDir {
        /// The directory.
        path: PathBuf,
    },
    /// A server did not answer in time, or ended again and again.
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
    /// The program was asked to stop meanwhile.
    #[error("interrupted")]
    Interrupted,
    /// The file with the secret key holds something else.
    #[error(
        "{} holds fewer than {least} bytes: remove it to get a new key (this ends all sessions), or set SECRET_KEY",
        .path.display()
    )]
    ShortSecretKey {
        /// The file.
        path: PathBuf,
        /// The least number of bytes.
        least: usize,
    },
}

impl ServersError {
    /// For `map_err`: a failure with a file below `DATA_DIR`.
    pub(crate) fn data_dir(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::DataDir { path, source }
    }
}
