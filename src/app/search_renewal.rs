//! What gives listings that are older than the joined forms of words theirs, in the background.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::services::Listings;

/// How soon it goes on after a failure, or looks again whether another instance still does it.
const PAUSE: Duration = Duration::from_secs(10);
/// How long it rests after each batch, for the sake of requests.
const REST: Duration = Duration::from_millis(20);

/// A running renewal; it ends by itself once every listing has its joined forms.
pub(super) struct SearchRenewal(JoinHandle<()>);

impl SearchRenewal {
    /// Starts it.
    pub(super) fn start(listings: Listings) -> Self {
        Self(tokio::spawn(async move {
            loop {
                match listings.renew_search().await {
                    Ok(Some(true)) => tokio::time::sleep(REST).await,
                    Ok(Some(false)) => break,
                    // Another instance does it, and may end before it is done.
                    Ok(None) => tokio::time::sleep(PAUSE).await,
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
