//! The thread that follows the event log.
//!
//! It has its own runtime, so that an event never waits for the requests and commands that keep the other threads busy:
//! this decides how soon other programs' writes are visible.

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::runtime;
use tokio::sync::{Notify, oneshot};

use crate::cache::Cache;
use crate::db::Database;
use crate::domain::LogPosition;
use crate::events::listen;

/// A running follower; it ends when it is stopped.
pub(super) struct Follower {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Follower {
    /// Starts following, and returns once the first attempt to apply the log has succeeded or failed.
    pub(super) async fn start(
        database: Database,
        cache: Cache,
        position: Option<LogPosition>,
    ) -> std::io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let ready = Arc::new(Notify::new());
        let (stop, stopped) = oneshot::channel::<()>();
        let following = listen(database, cache, position, ready.clone());
        let thread = std::thread::Builder::new().name("event-log".to_owned());
        let thread = thread.spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = following => {}
                    _ = stopped => {}
                }
            });
        })?;
        ready.notified().await;
        Ok(Self { stop, thread })
    }

    /// Stops following the event log.
    pub(super) async fn stop(self) {
        // If the task has ended already, sending fails, which does not matter.
        let _ = self.stop.send(());
        let _ = tokio::task::spawn_blocking(|| self.thread.join()).await;
    }
}
