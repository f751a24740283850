//! The socket that the site listens on.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{Shutdown, TcpListener};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use listenfd::ListenFd;
use socket2::SockAddr;
#[cfg(target_os = "linux")]
use socket2::SockFilter;

use crate::config::Listen;

/// A listening socket, and whether only this process has it.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: Socket,
    is_own: bool,
}

#[derive(Debug)]
pub(super) enum Socket {
    /// A socket with an address and a port.
    Tcp(TcpListener),
    /// A Unix socket with a path.
    Unix(UnixListener),
}

/// Refuses new connections while the server still serves those that it has.
#[derive(Debug, Clone)]
pub(super) struct ListenerShutdown(Option<Arc<socket2::Socket>>);

impl ListenerShutdown {
    /// Ignores requests for new connections from now on, where the system can do that. Connections that wait to be accepted
    /// still are: the system would reset them when the listener closes. A client that gets no answer asks again after a second
    /// (RFC 6298, section 2.1).
    pub(super) fn drop_new_connections(&self) {
        let Some(socket) = &self.0 else {
            return;
        };
        let address = socket.local_addr();
        let path = address.as_ref().ok().and_then(SockAddr::as_pathname);
        let held_off = match path {
            // Its clients send no packets; without its file they don't find it.
            Some(path) => fs::remove_file(path),
            None => drop_requests(socket),
        };
        if let Err(err) = held_off {
            log::warn!("new connections could not be delayed: {err}");
        }
    }

    /// Refuses connections from now on. Those to a socket that systemd passed wait for the next process.
    pub(super) fn refuse(&self) {
        let refused = self.0.as_ref().map(|socket| socket.shutdown(Shutdown::Both));
        if let Some(Err(err)) = refused {
            log::warn!("new connections could not be refused: {err}");
        }
    }
}

/// Drops the packets with which clients ask for a connection: those with the flag SYN and without ACK.
#[cfg(target_os = "linux")]
fn drop_requests(socket: &socket2::Socket) -> io::Result<()> {
    // The operations and their numbers are in linux/bpf_common.h.
    socket.attach_filter(&[
        // Load the byte of the flags.
        SockFilter::new(0x30, 0, 0, 13),
        // Keep SYN and ACK of it.
        SockFilter::new(0x54, 0, 0, 0x12),
        // Unless it is SYN alone, skip one operation.
        SockFilter::new(0x15, 0, 1, 0x02),
        // Drop the packet.
        SockFilter::new(0x06, 0, 0, 0),
        // Take the whole packet.
        SockFilter::new(0x06, 0, 0, u32::MAX),
    ])
}

#[cfg(not(target_os = "linux"))]
fn drop_requests(_: &socket2::Socket) -> io::Result<()> {
    Ok(())
}

impl Listener {
    /// The socket that systemd has opened for this process, or else a new one.
    ///
    /// # Errors
    /// When the address is in use or can't be listened on.
    pub fn open(listen: &Listen) -> io::Result<Self> {
        let mut passed = ListenFd::from_env();
        let is_own = passed.len() == 0;
        let socket = match listen {
            _ if !is_own => match passed.take_tcp_listener(0) {
                Ok(Some(listener)) => Socket::Tcp(listener),
                _ => {
                    let listener = passed.take_unix_listener(0)?;
                    Socket::Unix(listener.ok_or(ErrorKind::NotFound)?)
                }
            },
            Listen::Tcp(address) => Socket::Tcp(TcpListener::bind(address)?),
            Listen::Unix(path) => {
                remove_abandoned(path)?;
                let listener = UnixListener::bind(path)?;
                // As with a port of this machine, the folder says who may connect.
                fs::set_permissions(path, fs::Permissions::from_mode(0o666))?;
                Socket::Unix(listener)
            }
        };
        Ok(Self { socket, is_own })
    }

    /// What refuses new connections before the server ends.
    ///
    /// # Errors
    /// When the process has too many files open.
    pub(super) fn shutdown(&self) -> io::Result<ListenerShutdown> {
        let same = match (&self.socket, self.is_own) {
            (_, false) => return Ok(ListenerShutdown(None)),
            (Socket::Tcp(listener), true) => listener.try_clone()?.into(),
            (Socket::Unix(listener), true) => listener.try_clone()?.into(),
        };
        Ok(ListenerShutdown(Some(Arc::new(same))))
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system doesn't say, or the socket has no path.
    pub fn address(&self) -> io::Result<Listen> {
        match &self.socket {
            Socket::Tcp(listener) => Ok(Listen::Tcp(listener.local_addr()?)),
            Socket::Unix(listener) => {
                let address = listener.local_addr()?;
                let path = address.as_pathname().map(Path::to_owned);
                path.map(Listen::Unix).ok_or_else(|| ErrorKind::AddrNotAvailable.into())
            }
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self { socket: Socket::Tcp(listener), is_own: true }
    }
}

/// Removes a socket that no process listens on: that of a run that was killed.
fn remove_abandoned(path: &PathBuf) -> io::Result<()> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    let refused =
        || UnixStream::connect(path).is_err_and(|err| err.kind() == ErrorKind::ConnectionRefused);
    if is_socket && refused() { fs::remove_file(path) } else { Ok(()) }
}
