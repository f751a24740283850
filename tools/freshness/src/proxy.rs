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

/// Where a server listens.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Socket(PathBuf),
    /// A port of this machine.
    Port(u16),
}

/// A local port that leads to a server; it closes with the checker.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// The port on which it listens.
    pub(crate) port: u16,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    /// Opens a proxy to a server.
    pub(crate) async fn open(target: Target) -> anyhow::Result<Self> {
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
                tokio::spawn(serve(client, target.clone(), watched.clone()));
            }
        });
        Ok(Self { port, mode })
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn serve(client: TcpStream, target: Target, mut mode: watch::Receiver<Mode>) {
    if *mode.borrow_and_update() == Mode::Cut {
        return;
    }
    let _ = client.set_nodelay(true);
    match target {
        Target::Socket(socket) => {
            if let Ok(server) = UnixStream::connect(socket).await {
                carry(client, server.into_split(), mode).await;
            }
        }
        Target::Port(port) => {
            if let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await {
                let _ = server.set_nodelay(true);
                carry(client, server.into_split(), mode).await;
            }
        }
    }
}

async fn carry(
    client: TcpStream,
    (from_server, to_server): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    mut mode: watch::Receiver<Mode>,
) {
    let (from_client, to_client) = client.into_split();
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
