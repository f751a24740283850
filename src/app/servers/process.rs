//! Keeps a server running: restarts it when it dies, until it is told to end.
//!
//! A separate runtime waits for the servers, because they must outlive the runtime that started them: in tests, each
//! test has a runtime and all share the servers.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::process::Child;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::error::ServersError;
use super::program::kill;
use super::server::Server;

/// The delays between a server's death and its next start.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(8));
/// After running this long, a server counts as stable: its next death is the first again.
const WELL_AFTER: Duration = Duration::from_secs(30);
/// How long a server may take to end before it is killed. A killed PostgreSQL recovers from its write-ahead log.
const END_LIMIT: Duration = Duration::from_secs(30);

/// The runtime that waits for the servers.
static RUNTIME: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    let mut thread = Builder::new_multi_thread();
    thread.worker_threads(1).thread_name("private servers").enable_all().build()
});

/// Ends a server from elsewhere than its [`Supervised`].
#[derive(Clone)]
pub(super) struct Handle(watch::Sender<bool>);

impl Handle {
    /// Asks the server to end, without waiting for it.
    pub(super) fn begin_stop(&self) {
        self.0.send_replace(true);
    }

    /// Waits until the server has ended.
    pub(super) async fn ended(&self) {
        self.0.closed().await;
    }
}

/// A server that is restarted when it dies; dropping this ends it.
pub(super) struct Supervised {
    handle: Handle,
    deaths: Arc<AtomicU32>,
}

impl Supervised {
    /// Starts a server, and restarts it after each death.
    pub(super) async fn start(server: Server) -> Result<Self, ServersError> {
        let failed = |source| ServersError::Run(format!("a thread for {}", server.name), source);
        let runtime = RUNTIME.as_ref().map_err(|err| failed(io::Error::other(err.to_string())))?;
        let (stop, stopped) = watch::channel(false);
        let deaths = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&deaths);
        let starting = runtime.spawn(async move {
            let child = server.spawn().await?;
            tokio::spawn(supervise(server, child, stopped, counted));
            Ok(())
        });
        let handle = Handle(stop);
        let lost =
            |err| ServersError::Run("the start of a server".to_owned(), io::Error::other(err));
        starting.await.map_err(lost)??;
        Ok(Self { handle, deaths })
    }

    /// The number of the server's deaths.
    pub(super) fn deaths(&self) -> u32 {
        self.deaths.load(Ordering::Relaxed)
    }

    /// A handle that ends it from elsewhere.
    pub(super) fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.handle.begin_stop();
    }
}

async fn supervise(
    server: Server,
    mut child: Child,
    mut stopped: watch::Receiver<bool>,
    deaths: Arc<AtomicU32>,
) {
    let name = server.name;
    let mut delay = BACKOFF.0;
    loop {
        let started = Instant::now();
        // Open for as long as the server is to run.
        let pipe = child.stdin.take();
        let outcome = tokio::select! {
            outcome = child.wait() => outcome,
            () = asked(&mut stopped) => {
                drop(pipe);
                return end(&mut child).await;
            }
        };
        // If only the script died, its watcher now ends the server.
        drop(pipe);
        if started.elapsed() >= WELL_AFTER {
            delay = BACKOFF.0;
        }
        deaths.fetch_add(1, Ordering::Relaxed);
        match outcome {
            Ok(status) => log::error!("{name} stopped ({status}); restarting it in {delay:?}"),
            Err(err) => log::error!("{name} is lost ({err}); restarting it in {delay:?}"),
        }
        child = loop {
            if timeout(delay, asked(&mut stopped)).await.is_ok() {
                return;
            }
            delay = (delay * 2).min(BACKOFF.1);
            match server.spawn().await {
                Ok(child) => break child,
                Err(err) => log::error!("can't restart {name}: {err}; next attempt in {delay:?}"),
            }
        };
    }
}

/// Returns when the server must end, also if its [`Supervised`] was dropped.
async fn asked(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Waits for a server that was told to end, and kills it if it does not.
async fn end(child: &mut Child) {
    if timeout(END_LIMIT, child.wait()).await.is_err()
        && let Some(group) = child.id()
    {
        log::warn!("a private server does not stop; killing process group {group}");
        kill("KILL", &format!("-{group}"));
        let _ = child.wait().await;
    }
}
