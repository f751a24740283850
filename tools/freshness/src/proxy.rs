//! A proxy between an instance and a server, which can be cut or held while the server itself keeps running.

use std::path::PathBuf;
use std::sync::LazyLock;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// The proxies' own threads, so that traffic does not wait for readers.
static RUNTIME: LazyLock<std::io::Result<Runtime>> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build()
});

/// What passes through the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Everything.
    Open,
    /// Nothing, but connections stay open, as with a server that hangs.
    Held,
    /// Nothing: connections are closed, and new ones are closed at once.
    Cut,
}

/// A local port that leads to a server's socket; it closes with the checker.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// The port on which it listens.
    pub(crate) port: u16,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    /// Opens a proxy to a Unix socket.
    pub(crate) async fn open(socket: PathBuf) -> anyhow::Result<Self> {
        let runtime = RUNTIME.as_ref().map_err(|err| anyhow::anyhow!("{err}"))?;
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let (mode, watched) = watch::channel(Mode::Open);
        runtime.spawn(async move {
            let Ok(listener) = TcpListener::from_std(listener) else {
                return;
            };
            loop {
                let Ok((client, _)) = listener.accept().await else {
                    continue;
                };
                tokio::spawn(serve(client, socket.clone(), watched.clone()));
            }
        });
        Ok(Self { port, mode })
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn serve(client: TcpStream, socket: PathBuf, mut mode: watch::Receiver<Mode>) {
    if *mode.borrow_and_update() == Mode::Cut {
        return;
    }
    let Ok(server) = UnixStream::connect(socket).await else {
        return;
    };
    let _ = client.set_nodelay(true);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (ahead, back) = (mode.clone(), mode.clone());
    let is_cut = async {
        // An error means that the proxy was dropped.
        let _ = mode.wait_for(|mode| *mode == Mode::Cut).await;
    };
    tokio::select! {
        () = pass(from_client, to_server, ahead) => {}
        () = pass(from_server, to_client, back) => {}
        () = is_cut => {}
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut mode: watch::Receiver<Mode>,
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length) = from.read(&mut buffer).await {
        if *mode.borrow() != Mode::Open && mode.wait_for(|mode| *mode != Mode::Held).await.is_err()
        {
            return;
        }
        if length == 0 || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
