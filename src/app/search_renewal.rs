//! Adds the joined forms of words to older listings, in the background.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::services::Listings;

/// The delay after a failure, and between checks whether another instance still does the work.
const PAUSE: Duration = Duration::from_secs(10);
/// The pause after each batch, so that requests are not slowed down.
const REST: Duration = Duration::from_millis(20);

/// A running renewal; it ends by itself once every listing has its joined forms.
pub(super) struct SearchRenewal(JoinHandle<()>);

impl SearchRenewal {
    /// Starts the background task.
    pub(super) fn start(listings: Listings) -> Self {
        Self(tokio::spawn(async move {
            loop {
                match listings.renew_search().await {
                    Ok(Some(true)) => tokio::time::sleep(REST).await,
                    Ok(Some(false)) => break,
                    // Another instance does it, and may end before it is done.
                    Ok(None) => tokio::time::sleep(PAUSE).await,
                    Err(err) => {
                        log::warn!(
                            "the search index of older listings could not be updated: {err}"
                        );
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
