//! Waits until a condition is true, with a deadline and without a fixed pause.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Longer than any working operation takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Repeats `probe` until it returns something.
pub(crate) async fn eventually<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, probe).await
}

/// Repeats `probe` until it returns something; fails if that takes longer than promised, measured by a [`Stopwatch`].
pub(crate) async fn eventually_within<T>(
    limit: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    let start = Stopwatch::start();
    loop {
        if let Some(value) = probe().await {
            return value;
        }
        pause(&start, limit, what).await;
    }
}

/// Repeats `holds` until it is true.
pub(crate) async fn until(what: &str, holds: impl AsyncFnMut() -> bool) {
    until_within(PATIENCE, what, holds).await;
}

/// Repeats `holds` until it is true; fails if that takes longer than promised.
pub(crate) async fn until_within(
    limit: Duration,
    what: &str,
    mut holds: impl AsyncFnMut() -> bool,
) {
    let start = Stopwatch::start();
    while !holds().await {
        pause(&start, limit, what).await;
    }
}

async fn pause(start: &Stopwatch, limit: Duration, what: &str) {
    assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
    tokio::time::sleep(Duration::from_millis(5)).await;
}

/// Measures the time that the test's process got: a thread rests and works alternately, and counts its turns. On an
/// idle machine the turns add up to the real time; on a busy one, where a promise in seconds can't be kept, they take
/// longer.
pub(crate) struct Stopwatch(Arc<AtomicU32>);

const REST: Duration = Duration::from_millis(20);
const WORK: Duration = Duration::from_micros(300);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        let turns = Arc::new(AtomicU32::new(0));
        let counted = Arc::downgrade(&turns);
        std::thread::spawn(move || {
            let rounds = rounds();
            while let Some(turns) = counted.upgrade() {
                std::thread::sleep(REST);
                work(rounds);
                turns.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self(turns)
    }

    pub(crate) fn elapsed(&self) -> Duration {
        (REST + WORK) * self.0.load(Ordering::Relaxed)
    }
}

/// The number of rounds that take [`WORK`]: the smallest of some measurements, so that a pause of the thread does not
/// count.
fn rounds() -> u32 {
    const TRY: u32 = 1000;
    let took = (0..20).map(|_| {
        let start = Instant::now();
        work(TRY);
        start.elapsed()
    });
    let shortest = took.min().unwrap_or(WORK).max(Duration::from_nanos(1));
    u32::try_from(WORK.as_nanos() * u128::from(TRY) / shortest.as_nanos()).unwrap_or(TRY)
}

fn work(rounds: u32) {
    for round in 0..rounds {
        black_box(round);
    }
}
