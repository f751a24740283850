//! Background work: joined forms of words for older listings, the upkeep of the event log and the history, and samples of
//! the cache's counters for the dashboard.

use std::time::Duration;

use chrono::Utc;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

use crate::services::{Gallery, History, Listings, Management, SAMPLING, Services};

/// The delay after a failure, and between checks whether another instance still does the work.
const PAUSE: Duration = Duration::from_secs(10);
/// The pause after each batch, so that requests are not slowed down.
const REST: Duration = Duration::from_millis(20);
/// The time between two removals of unused photos, and how long they are kept.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The time between two upkeeps of the log and the history.
const UPKEEP: Duration = Duration::from_secs(60 * 60);

/// Running background work.
pub(super) struct Background {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Background {
    /// Starts it. Entries of the history are erased after `retention` days; 0 keeps them for ever.
    pub(super) fn start(services: &Services, retention: u16) -> Self {
        let Services { listings, history, management, gallery, .. } = services.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let work = async {
                tokio::join!(
                    renew_search(&listings),
                    keep_history(&history, retention),
                    sample(&management),
                    collect_photos(&gallery),
                )
            };
            tokio::select! {
                _ = work => {}
                _ = stopped => {}
            }
            management.keep_history(Utc::now()).await;
        });
        Self { stop, task }
    }

    /// Ends it, after the last figures are stored; the next start goes on.
    pub(super) async fn stop(self) {
        // If the task has ended already, sending fails, which does not matter.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// Samples the counters for ever.
async fn sample(management: &Management) {
    let mut ticks = interval_at(Instant::now() + SAMPLING, SAMPLING);
    // After a pause, one sample is enough.
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
            // Another instance does it, and may end before it is done.
            Ok(None) => sleep(PAUSE).await,
            Err(err) => {
                log::warn!("the search index of older listings could not be updated: {err}");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Removes the files of photos that no listing has had for a day.
async fn collect_photos(gallery: &Gallery) {
    loop {
        sleep(DAY).await;
        match gallery.collect(Utc::now() - DAY).await {
            Ok(0) => {}
            Ok(photos) => log::info!("removed the files of {photos} unused photo(s)"),
            Err(err) => log::warn!("unused photos are removed later: {err}"),
        }
    }
}

/// Trims the log, adds the history's partitions and erases old entries.
async fn keep_history(history: &History, retention: u16) {
    loop {
        match history.upkeep(retention).await {
            Ok(true) => sleep(REST).await,
            Ok(false) => sleep(UPKEEP).await,
            Err(err) => {
                log::warn!("the event log and the history are trimmed later: {err}");
                sleep(UPKEEP).await;
            }
        }
    }
}
