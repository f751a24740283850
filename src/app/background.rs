//! Background work: joined forms of words for older listings, and the upkeep of the event log and the history.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::services::{History, Listings, Services};

/// The delay after a failure, and between checks whether another instance still does the work.
const PAUSE: Duration = Duration::from_secs(10);
/// The pause after each batch, so that requests are not slowed down.
const REST: Duration = Duration::from_millis(20);
/// The time between two upkeeps of the log and the history.
const UPKEEP: Duration = Duration::from_secs(60 * 60);

/// Running background work.
pub(super) struct Background(JoinHandle<()>);

impl Background {
    /// Starts it. Entries of the history are erased after `retention` days; 0 keeps them for ever.
    pub(super) fn start(services: &Services, retention: u16) -> Self {
        let (listings, history) = (services.listings.clone(), services.history.clone());
        Self(tokio::spawn(async move {
            tokio::join!(renew_search(&listings), keep_history(&history, retention));
        }))
    }

    /// Ends it; the next start goes on.
    pub(super) async fn stop(self) {
        self.0.abort();
        let _ = self.0.await;
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
