//! Reads the cache's counters every few seconds, for the dashboard's history.

use chrono::Utc;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::services::{Management, SAMPLING};

/// A running sampler; it ends when it is stopped.
pub(super) struct Sampler {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Sampler {
    /// Starts the background task.
    pub(super) fn start(management: Management) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            tokio::select! {
                () = sample(&management) => {}
                _ = stopped => {}
            }
            management.keep_history(Utc::now()).await;
        });
        Self { stop, task }
    }

    /// Stops sampling, after the last figures are stored.
    pub(super) async fn stop(self) {
        // If the task has ended already, sending fails, which does not matter.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// Samples for ever.
async fn sample(management: &Management) {
    let mut ticks = interval_at(Instant::now() + SAMPLING, SAMPLING);
    // After a pause, one sample is enough.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        management.sample(Utc::now()).await;
    }
}
