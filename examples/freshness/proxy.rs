//! A way of one instance to one server that can be cut or held while the server itself goes on.
//!
//! It also tells which connection listens for events (PostgreSQL's protocol names the backend's process when a
//! connection is made), so that the checker can end that one alone.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Proxies have threads of their own: what passes them must not wait for readers.
static RUNTIME: LazyLock<std::io::Result<Runtime>> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build()
});

/// What passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Everything.
    Open,
    /// Nothing, though connections stay: a server that hangs.
    Held,
    /// Nothing: connections end, and new ones end at once.
    Cut,
}

/// A port of this machine that leads to a server's socket; closed with the checker.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) port: u16,
    mode: watch::Sender<Mode>,
    listeners: Listeners,
}

/// The processes of the backends that were asked to listen.
type Listeners = Arc<Mutex<Vec<i32>>>;

impl Proxy {
    /// Opens a way to a Unix socket.
    pub(crate) async fn open(socket: PathBuf) -> anyhow::Result<Self> {
        let runtime = RUNTIME.as_ref().map_err(|err| anyhow::anyhow!("{err}"))?;
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let (mode, watched) = watch::channel(Mode::Open);
        let listeners = Listeners::default();
        let known = listeners.clone();
        runtime.spawn(async move {
            let Ok(listener) = TcpListener::from_std(listener) else {
                return;
            };
            loop {
                let Ok((client, _)) = listener.accept().await else {
                    continue;
                };
                tokio::spawn(serve(
                    client,
                    socket.clone(),
                    watched.clone(),
                    known.clone(),
                ));
            }
        });
        Ok(Self {
            port,
            mode,
            listeners,
        })
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// The backends that were asked to listen; some may have ended.
    pub(crate) fn listeners(&self) -> Vec<i32> {
        let known = self.listeners.lock();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(
    client: TcpStream,
    socket: PathBuf,
    mut mode: watch::Receiver<Mode>,
    listeners: Listeners,
) {
    if *mode.borrow_and_update() == Mode::Cut {
        return;
    }
    let Ok(server) = UnixStream::connect(socket).await else {
        return;
    };
    let _ = client.set_nodelay(true);
    let backend = Mutex::new(None);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (ahead, back) = (mode.clone(), mode.clone());
    let is_cut = async {
        // An error means that the proxy is gone.
        let _ = mode.wait_for(|mode| *mode == Mode::Cut).await;
    };
    let asked = |bytes: &[u8]| {
        if contains(bytes, b"LISTEN ")
            && let Some(pid) = *backend.lock().unwrap_or_else(PoisonError::into_inner)
        {
            let mut known = listeners.lock().unwrap_or_else(PoisonError::into_inner);
            known.push(pid);
        }
    };
    let told = |bytes: &[u8]| {
        *backend.lock().unwrap_or_else(PoisonError::into_inner) = backend_of(bytes);
    };
    // Only the first bytes of a connection are looked at.
    tokio::select! {
        () = pass(from_client, to_server, ahead, 8, asked) => {}
        () = pass(from_server, to_client, back, 2, told) => {}
        () = is_cut => {}
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut mode: watch::Receiver<Mode>,
    mut looks: u8,
    look: impl Fn(&[u8]),
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length) = from.read(&mut buffer).await {
        if *mode.borrow() != Mode::Open && mode.wait_for(|mode| *mode != Mode::Held).await.is_err()
        {
            return;
        }
        if looks > 0 {
            looks -= 1;
            look(&buffer[..length]);
        }
        if length == 0 || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// The process in PostgreSQL's message `BackendKeyData`.
fn backend_of(bytes: &[u8]) -> Option<i32> {
    let at = bytes
        .windows(5)
        .position(|window| window == [b'K', 0, 0, 0, 12])?;
    let pid = bytes.get(at + 5..at + 9)?.try_into().ok()?;
    Some(i32::from_be_bytes(pid))
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
