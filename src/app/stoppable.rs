//! A task that runs until it is stopped.

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A running task.
pub(super) struct Stoppable {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Stoppable {
    /// Starts a task, which receives a message when it is to end.
    pub(super) fn start<F: Future<Output = ()> + Send + 'static>(
        task: impl FnOnce(oneshot::Receiver<()>) -> F,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, task: tokio::spawn(task(stopped)) }
    }

    /// Asks the task to end, and waits until it has ended.
    pub(super) async fn stop(self) {
        // If the task has ended already, sending fails, which does not matter.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}
