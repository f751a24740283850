//! The worker in this process, which runs background jobs.

use super::stop::Stop;
use super::stoppable::Stoppable;
use crate::config::Config;
use crate::services::{Services, Tasks, Worker};

/// Starts the worker. It stops as soon as the program is asked to: its jobs end while requests do. When it has ended,
/// its jobs have ended too, or were returned to the queue.
pub(super) fn start(services: &Services, config: &Config, asked: &Stop) -> Stoppable {
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
