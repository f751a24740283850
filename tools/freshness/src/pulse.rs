//! How late the machine wakes whoever sleeps: on one that has too much to do, 100 ms are soon over without anybody's
//! fault. It excuses nothing; it is told with what came too late.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How long the thread sleeps at a time.
const BEAT: Duration = Duration::from_millis(5);
/// Only delays from here on are remembered.
const NOTABLE: Duration = Duration::from_millis(10);

/// The delays that a thread met which does nothing but sleep.
#[derive(Default)]
pub(crate) struct Pulse(Mutex<Vec<(Instant, Duration)>>);

impl Pulse {
    /// Begins to watch; the thread ends with the last user.
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

fn watch(pulse: &Weak<Pulse>) {
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
