//! The worker in this process, which runs background jobs.

use super::stop::Stop;
use super::stoppable::Stoppable;
use crate::config::Config;
use crate::services::{Services, Tasks, Worker};

/// Starts the worker. It stops as soon as the program is asked to: its jobs end while requests do. When it has ended,
/// its jobs have ended too, or were returned to the queue.
pub(super) fn start(services: &Services, config: &Config, asked: &Stop) -> Stoppable {
    let services = services.clone();
    let tasks = Tasks {
        post: services.post,
        accounts: services.accounts,
        sessions: services.sessions,
        editor: services.editor,
        enquiries: services.enquiries,
        alerts: services.alerts,
        enquiry_retention_days: config.mail.enquiry_retention_days,
        gallery: services.gallery,
        history: services.history,
        event_retention_days: config.database.event_retention_days,
    };
    let worker = Worker::new(services.jobs, tasks);
    let asked = asked.clone();
    Stoppable::start(|stopped| {
        worker.run(async move {
            tokio::select! {
                () = asked.asked() => {}
                _ = stopped => {}
            }
        })
    })
}
