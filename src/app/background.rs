//! The background work of each instance: joined forms of words for older listings, samples of the cache's counters for
//! the dashboard, and the number of jobs for the metrics. Work that one instance does for all is a job.

use std::time::Duration;

use chrono::Utc;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at, sleep};

use super::stoppable::Stoppable;
use crate::services::{Alerts, Jobs, Listings, Management, SAMPLING, Services};

/// The delay after a failure, and between checks whether another instance still does the work.
const PAUSE: Duration = Duration::from_secs(10);
/// The pause after each batch, so that requests are not slowed down.
const REST: Duration = Duration::from_millis(20);
/// The time between two counts of the jobs.
const COUNTING: Duration = Duration::from_secs(15);

/// Starts the background work. It stores the last figures before it ends, and the next start continues it.
pub(super) fn start(services: &Services) -> Stoppable {
    let Services { listings, jobs, alerts, management, .. } = services.clone();
    Stoppable::start(|stopped| async move {
        let work = async {
            tokio::join!(renew_search(&listings), count_jobs(&jobs, &alerts), sample(&management))
        };
        tokio::select! {
            _ = work => {}
            _ = stopped => {}
        }
        management.keep_history(Utc::now()).await;
    })
}

/// Samples the counters in an endless loop.
async fn sample(management: &Management) {
    let mut ticks = interval_at(Instant::now() + SAMPLING, SAMPLING);
    // After a delay, one sample is enough.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        management.sample(Utc::now()).await;
    }
}

/// Adds the joined forms of words to older listings; ends when all have them.
async fn renew_search(listings: &Listings) {
    loop {
        match listings.renew_search().await {
            Ok(Some(true)) => sleep(REST).await,
            Ok(Some(false)) => break,
            // Another instance is doing it, and may stop before it has finished.
            Ok(None) => sleep(PAUSE).await,
            Err(err) => {
                log::warn!("the search index of older listings could not be updated: {err}");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Counts the jobs and the alerts for ever.
async fn count_jobs(jobs: &Jobs, alerts: &Alerts) {
    let mut ticks = interval(COUNTING);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        jobs.sample().await;
        alerts.sample().await;
    }
}
