//! What gives listings that are older than the joined forms of words theirs, in the background.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::services::Listings;

/// How soon it goes on after a failure.
const PAUSE: Duration = Duration::from_secs(10);

/// A running renewal; it ends by itself once every listing has its joined forms, or another instance sees to it.
pub(super) struct SearchRenewal(JoinHandle<()>);

impl SearchRenewal {
    /// Starts it.
    pub(super) fn start(listings: Listings) -> Self {
        Self(tokio::spawn(async move {
            loop {
                match listings.renew_search().await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(err) => {
                        log::warn!("older listings are not yet found by joined words: {err}");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        }))
    }

    /// Ends it; the next start goes on.
    pub(super) async fn stop(self) {
        self.0.abort();
        let _ = self.0.await;
    }
}
