//! Keeps a server running: starts it again when it dies, until it is told to end.
//!
//! A thread waits for the server, not a task: it must outlive the runtime that started it, as in tests, where each test
//! has a runtime and all of them share the servers.

use std::process::{Child, ChildStdin};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::error::ServersError;
use super::program::kill;

/// The delays between a server's death and its next start.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(8));

/// A server that ran this long was well: its next death is the first again.
const WELL_AFTER: Duration = Duration::from_secs(30);

/// How long a server may take to end before it is killed. A killed PostgreSQL recovers from its write-ahead log.
const END_LIMIT: Duration = Duration::from_secs(30);

/// How often an ending server is looked at.
const POLL: Duration = Duration::from_millis(20);

/// What the thread and the guard share.
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    deaths: AtomicU32,
    has_ended: AtomicBool,
}

struct State {
    stopping: bool,
    /// Open as long as the server is to run.
    pipe: Option<ChildStdin>,
    /// The script's process id, which is its process group's too.
    group: u32,
}

/// What ends a server whose [`Supervised`] is out of reach.
#[derive(Clone)]
pub(super) struct Handle(Arc<Shared>);

impl Handle {
    pub(super) fn begin_stop(&self) {
        self.0.begin_stop();
    }

    /// Waits until the server has ended, as long as it may take.
    pub(super) async fn ended(&self) {
        let start = tokio::time::Instant::now();
        while !self.0.has_ended.load(Ordering::Acquire) && start.elapsed() < END_LIMIT {
            tokio::time::sleep(POLL).await;
        }
    }
}

impl Shared {
    fn begin_stop(&self) {
        let mut state = self.state();
        state.stopping = true;
        state.pipe = None;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server that is started again when it dies; dropping this ends it.
pub(super) struct Supervised {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Supervised {
    /// Starts a server by `start`, now and after each of its deaths.
    pub(super) fn start(
        name: &'static str,
        start: impl Fn() -> Result<Child, ServersError> + Send + 'static,
    ) -> Result<Self, ServersError> {
        let mut child = start()?;
        let state = State { stopping: false, pipe: child.stdin.take(), group: child.id() };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            deaths: AtomicU32::new(0),
            has_ended: AtomicBool::new(false),
        });
        let run = {
            let shared = Arc::clone(&shared);
            move || {
                supervise(name, &shared, child, &start);
                shared.has_ended.store(true, Ordering::Release);
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
        let thread = thread.map_err(|source| ServersError::Run {
            program: format!("a thread for {name}"),
            source,
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// How often the server has died.
    pub(super) fn deaths(&self) -> u32 {
        self.shared.deaths.load(Ordering::Relaxed)
    }

    /// What ends it from elsewhere.
    pub(super) fn handle(&self) -> Handle {
        Handle(self.shared.clone())
    }

    /// Asks the server to end, without waiting for it.
    pub(super) fn begin_stop(&self) {
        self.shared.begin_stop();
    }

    /// Ends the server and waits until it has ended.
    pub(super) async fn stop(mut self) {
        self.begin_stop();
        let Some(thread) = self.thread.take() else {
            return;
        };
        let mut joined = tokio::task::spawn_blocking(move || thread.join());
        if tokio::time::timeout(END_LIMIT, &mut joined).await.is_ok() {
            return;
        }
        let group = self.shared.state().group;
        log::warn!("a private server does not stop; killing process group {group}");
        kill("KILL", &format!("-{group}"));
        if joined.await.is_err() {
            log::warn!("the runtime stopped before a private server");
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.begin_stop();
    }
}

fn supervise(
    name: &str,
    shared: &Shared,
    mut child: Child,
    start: &dyn Fn() -> Result<Child, ServersError>,
) {
    let mut delay = BACKOFF.0;
    loop {
        let started = Instant::now();
        let outcome = child.wait();
        if started.elapsed() >= WELL_AFTER {
            delay = BACKOFF.0;
        }
        {
            let mut state = shared.state();
            if state.stopping {
                return;
            }
            // If only the script died, its watcher now ends the server.
            state.pipe = None;
        }
        shared.deaths.fetch_add(1, Ordering::Relaxed);
        match outcome {
            Ok(status) => log::error!("{name} stopped ({status}); restarting it in {delay:?}"),
            Err(err) => log::error!("{name} is lost ({err}); restarting it in {delay:?}"),
        }
        child = loop {
            let state = shared.state();
            let waited = shared.changed.wait_timeout_while(state, delay, |state| !state.stopping);
            if waited.unwrap_or_else(PoisonError::into_inner).0.stopping {
                return;
            }
            delay = (delay * 2).min(BACKOFF.1);
            match start() {
                Ok(child) => break child,
                Err(err) => log::error!("can't restart {name}: {err}; next attempt in {delay:?}"),
            }
        };
        let mut state = shared.state();
        state.group = child.id();
        state.pipe = child.stdin.take().filter(|_| !state.stopping);
    }
}
