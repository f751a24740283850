//! One connection to Redis per worker thread: a command then needs no other thread, which would cost more than the
//! command itself.
//!
//! **Invariant:** they lead to the same run of the same server as the link's own connection, whose server was repaired.
//! Otherwise a restarted or replaced server could be read before that is noticed.

use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, ThreadId};

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{self, RedisResult};
use tokio::runtime::{Handle, RuntimeFlavor};

use super::RedisReport;

/// The connections of the worker threads, for as long as one connection of the link lasts.
pub(super) struct WorkerConnections {
    /// The server's run id; `None` if the server does not report one.
    run: Option<String>,
    /// The connections by thread; `None` while one is being opened, or if opening failed.
    of: RwLock<Vec<(ThreadId, Option<MultiplexedConnection>)>>,
}

impl WorkerConnections {
    /// Connections that belong to a connection of the link.
    pub(super) async fn beside(link: &mut MultiplexedConnection) -> Arc<Self> {
        Arc::new(Self { run: run_of(link).await, of: RwLock::default() })
    }

    /// This thread's connection. The first call opens it in the background and returns `None` until it is open.
    pub(super) fn of_this_thread<O>(
        self: &Arc<Self>,
        open: impl FnOnce() -> O,
    ) -> Option<MultiplexedConnection>
    where
        O: Future<Output = RedisResult<MultiplexedConnection>> + Send + 'static,
    {
        let thread = thread::current().id();
        let known = self.of.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connection)) = known.iter().find(|(of, _)| *of == thread) {
            return connection.clone();
        }
        drop(known);
        self.run.as_ref()?;
        // A runtime of several threads may poll the connection on any of them.
        let runtime = Handle::try_current().ok()?;
        if runtime.runtime_flavor() == RuntimeFlavor::CurrentThread {
            self.set(thread, None);
            let (own, opening) = (Arc::downgrade(self), open());
            runtime.spawn(async move {
                let Ok(mut opened) = opening.await else { return };
                let run = run_of(&mut opened).await;
                if let Some(own) = own.upgrade().filter(|own| own.run == run) {
                    own.set(thread, Some(opened));
                }
            });
        }
        None
    }

    fn set(&self, thread: ThreadId, connection: Option<MultiplexedConnection>) {
        let mut known = self.of.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(of, _)| *of != thread);
        known.push((thread, connection));
    }
}

async fn run_of(redis: &mut MultiplexedConnection) -> Option<String> {
    let info: String = redis::cmd("INFO").arg("server").query_async(redis).await.ok()?;
    RedisReport::parse(&info).text("run_id").map(str::to_owned)
}
