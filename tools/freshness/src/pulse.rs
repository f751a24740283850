//! Measures how late the machine wakes a sleeping thread: on an overloaded machine, 100 ms pass without a fault of the
//! site. Late pages are still violations; the delay is reported with them.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How long the thread sleeps at a time.
const BEAT: Duration = Duration::from_millis(5);
/// Shorter delays are not recorded.
const NOTABLE: Duration = Duration::from_millis(10);

/// The delays of a thread that only sleeps.
#[derive(Default)]
pub(crate) struct StallWatch(Mutex<Vec<(Instant, Duration)>>);

impl StallWatch {
    /// Starts the thread, which ends when the last user drops this.
    pub(crate) fn start() -> Arc<Self> {
        let pulse = Arc::new(Self::default());
        let watched = Arc::downgrade(&pulse);
        std::thread::spawn(move || watch(&watched));
        pulse
    }

    /// The longest delay between two moments.
    pub(crate) fn worst(&self, from: Instant, to: Instant) -> Duration {
        let delays = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = delays.iter().rev().take_while(|(at, _)| *at >= from);
        let within = recent.filter(|(at, delay)| *at - *delay <= to);
        within.map(|(_, delay)| *delay).max().unwrap_or_default()
    }
}

fn watch(pulse: &Weak<StallWatch>) {
    while let Some(pulse) = pulse.upgrade() {
        let begun = Instant::now();
        std::thread::sleep(BEAT);
        let delay = begun.elapsed().saturating_sub(BEAT);
        if delay >= NOTABLE {
            let mut delays = pulse.0.lock().unwrap_or_else(PoisonError::into_inner);
            delays.push((Instant::now(), delay));
        }
    }
}
