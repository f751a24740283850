//! A proxy to a server that can be cut or held while the server itself keeps running.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::app::scratch;
use super::shared;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Bytes pass.
    Open,
    /// Connections stay open, but nothing passes: the server hangs.
    Held,
    /// Connections are closed, and new ones are closed at once: the server is gone.
    Cut,
}

/// A word, and the delay of messages that contain it.
type Slow = Option<(&'static str, Duration)>;

/// A Unix socket that leads to a server; removed with this value.
pub(crate) struct Proxy {
    socket: PathBuf,
    mode: watch::Sender<Mode>,
    slow: watch::Sender<Slow>,
}

/// Proxies keep running while a test blocks.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("a runtime")
    })
}

impl Proxy {
    /// A proxy to the run's PostgreSQL.
    pub(crate) fn to_postgres() -> Self {
        let name = ".s.PGSQL.5432";
        Self::new(&Path::new(&shared().postgres).join(name), name)
    }

    /// A proxy to the run's Redis.
    pub(crate) fn to_redis() -> Self {
        Self::to_redis_at(&shared().redis)
    }

    /// A proxy to a Redis.
    pub(crate) fn to_redis_at(url: &str) -> Self {
        Self::new(Path::new(url.strip_prefix("redis+unix://").expect("a socket")), "redis.sock")
    }

    fn new(server: &Path, name: &str) -> Self {
        let socket = scratch().join(name);
        let (mode, watched) = watch::channel(Mode::Open);
        let (slow, slowed) = watch::channel(None);
        let server = server.to_owned();
        let _guard = runtime().enter();
        let listener = UnixListener::bind(&socket).expect("a short path");
        runtime().spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (mode, slow) = (watched.clone(), slowed.clone());
                tokio::spawn(serve(client, server.clone(), mode, slow));
            }
        });
        Self { socket, mode, slow }
    }

    /// The directory of the socket, as PostgreSQL's `host`.
    pub(crate) fn directory(&self) -> String {
        self.socket.parent().expect("it has one").display().to_string()
    }

    /// The value of `REDIS_URL`.
    pub(crate) fn redis_url(&self) -> String {
        format!("redis+unix://{}", self.socket.display())
    }

    /// Makes the server disappear.
    pub(crate) fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    /// Makes the server hang.
    pub(crate) fn hold(&self) {
        self.mode.send_replace(Mode::Held);
    }

    /// Delays commands that contain a word.
    pub(crate) fn slow_down(&self, word: &'static str, delay: Duration) {
        self.slow.send_replace(Some((word, delay)));
    }

    /// Brings the server back.
    pub(crate) fn restore(&self) {
        self.mode.send_replace(Mode::Open);
    }
}

async fn serve(
    client: UnixStream,
    server: PathBuf,
    mut mode: watch::Receiver<Mode>,
    slow: watch::Receiver<Slow>,
) {
    if *mode.borrow_and_update() == Mode::Cut {
        return;
    }
    let Ok(server) = UnixStream::connect(server).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (ahead, back) = (mode.clone(), mode.clone());
    let is_cut = async {
        // An error means that the proxy was dropped.
        let _ = mode.wait_for(|mode| *mode == Mode::Cut).await;
    };
    tokio::select! {
        () = pass(from_client, to_server, ahead, Some(slow)) => {}
        () = pass(from_server, to_client, back, None) => {}
        () = is_cut => {}
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut mode: watch::Receiver<Mode>,
    slow: Option<watch::Receiver<Slow>>,
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length) = from.read(&mut buffer).await {
        if let Some((word, delay)) = slow.as_ref().and_then(|slow| *slow.borrow())
            && String::from_utf8_lossy(&buffer[..length]).contains(word)
        {
            tokio::time::sleep(delay).await;
        }
        let open = mode.wait_for(|mode| *mode != Mode::Held).await.is_ok();
        if length == 0 || !open || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
