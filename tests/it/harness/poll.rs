//! Waiting for something to become true, with a deadline and without a fixed pause.

use std::time::{Duration, Instant};

/// Longer than anything takes that is not broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// Repeats `probe` until it returns something.
pub(crate) async fn eventually<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, probe).await
}

/// Repeats `probe` until it returns something; fails when that takes longer than was promised.
pub(crate) async fn eventually_within<T>(
    limit: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = probe().await {
            return value;
        }
        assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
