//! The socket that the site listens on.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use listenfd::ListenFd;

use crate::config::Listen;

/// A listening socket.
#[derive(Debug)]
pub enum Listener {
    /// Of an address and port.
    Tcp(TcpListener),
    /// Of a path.
    Unix(UnixListener),
}

impl Listener {
    /// The socket that systemd has opened for this process, or else a new one.
    ///
    /// # Errors
    /// When the address is in use or can't be listened on.
    pub fn open(listen: &Listen) -> io::Result<Self> {
        let mut passed = ListenFd::from_env();
        if passed.len() > 0 {
            return match passed.take_tcp_listener(0) {
                Ok(Some(listener)) => Ok(Self::Tcp(listener)),
                _ => {
                    let listener = passed.take_unix_listener(0)?;
                    listener.map(Self::Unix).ok_or_else(|| ErrorKind::NotFound.into())
                }
            };
        }
        match listen {
            Listen::Tcp(address) => TcpListener::bind(address).map(Self::Tcp),
            Listen::Unix(path) => {
                remove_abandoned(path)?;
                let listener = UnixListener::bind(path)?;
                // As with a port of this machine, the folder says who may connect.
                fs::set_permissions(path, fs::Permissions::from_mode(0o666))?;
                Ok(Self::Unix(listener))
            }
        }
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system doesn't say, or the socket has no path.
    pub fn address(&self) -> io::Result<Listen> {
        match self {
            Self::Tcp(listener) => Ok(Listen::Tcp(listener.local_addr()?)),
            Self::Unix(listener) => {
                let address = listener.local_addr()?;
                let path = address.as_pathname().map(Path::to_owned);
                path.map(Listen::Unix).ok_or_else(|| ErrorKind::AddrNotAvailable.into())
            }
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}

/// Removes a socket that no process listens on: that of a run that was killed.
fn remove_abandoned(path: &PathBuf) -> io::Result<()> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    let refused =
        || UnixStream::connect(path).is_err_and(|err| err.kind() == ErrorKind::ConnectionRefused);
    if is_socket && refused() { fs::remove_file(path) } else { Ok(()) }
}
