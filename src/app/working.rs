//! The worker in this process, which runs background jobs.

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::stop::Stop;
use crate::config::Config;
use crate::services::{Services, Tasks, Worker};

/// A running worker.
pub(super) struct Working {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Working {
    /// Starts the worker. It stops as soon as the program is asked to: its jobs end while requests do.
    pub(super) fn start(services: &Services, config: &Config, asked: &Stop) -> Self {
        let Services {
            jobs,
            post,
            accounts,
            sessions,
            editor,
            enquiries,
            alerts,
            gallery,
            history,
            ..
        } = services.clone();
        let event_retention_days = config.database.event_retention_days;
        let tasks = Tasks {
            post,
            accounts,
            sessions,
            editor,
            enquiries,
            alerts,
            enquiry_retention_days: config.mail.enquiry_retention_days,
            gallery,
            history,
            event_retention_days,
        };
        let worker = Worker::new(jobs, tasks);
        let (stop, stopped) = oneshot::channel::<()>();
        let asked = asked.clone();
        let task = tokio::spawn(worker.run(async move {
            tokio::select! {
                () = asked.asked() => {}
                _ = stopped => {}
            }
        }));
        Self { stop, task }
    }

    /// Ends the worker after its jobs have ended or were returned to the queue.
    pub(super) async fn stop(self) {
        // If the task has ended already, sending fails, which does not matter.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}
