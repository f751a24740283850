//! When which fault was on, and from when on a write must be seen everywhere.
//!
//! A write that is acknowledged at a healthy time is *due* on other instances 100 ms later. If a fault was on at any
//! moment between, or had ended less than 5 s before, it is due 5 s after the fault's end. What was due once stays due,
//! also during later faults. On the instance that acknowledged it, a write is due at once.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How soon other instances follow when nothing is wrong.
pub(crate) const HEALTHY: Duration = Duration::from_millis(100);
/// How soon they follow after a fault.
pub(crate) const RECOVERY: Duration = Duration::from_secs(5);

/// A fault, from before it began until after it ended.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    pub(crate) fault: &'static str,
    pub(crate) begun: Instant,
    pub(crate) ended: Option<Instant>,
    /// The instance that alone is meant, if only one is.
    pub(crate) instance: Option<usize>,
    /// Whether PostgreSQL can't answer.
    pub(crate) database: bool,
    /// Whether the instance itself can't answer.
    pub(crate) down: bool,
}

impl Window {
    /// Whether some moment of a span lies between the fault's begin and the end of its recovery.
    fn touches(&self, from: Instant, to: Instant) -> bool {
        self.begun <= to && self.ended.is_none_or(|ended| from < ended + RECOVERY)
    }
}

/// Every fault of the run, in order; they never overlap.
#[derive(Default)]
pub(crate) struct Windows(RwLock<Vec<Window>>);

impl Windows {
    pub(crate) fn begin(&self, window: Window) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(window);
    }

    pub(crate) fn end(&self) {
        let mut windows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = windows.last_mut() {
            last.ended = Some(Instant::now());
        }
    }

    /// When a write acknowledged then is due on every instance; `None` while that is not known.
    pub(crate) fn due(&self, acknowledged: Instant) -> Option<Instant> {
        let windows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let from = windows.iter().rposition(|window| !window.touches(acknowledged, Instant::now()));
        let mut due = acknowledged + HEALTHY;
        for window in &windows[from.map_or(0, |last| last + 1)..] {
            if window.touches(acknowledged, due) {
                due = due.max(window.ended? + RECOVERY);
            }
        }
        Some(due)
    }

    /// The faults that were on, or from which the site was recovering, during a span.
    pub(crate) fn during(&self, from: Instant, to: Instant) -> Vec<Window> {
        let windows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let touching =
            windows.iter().rev().take_while(|window| window.touches(from, Instant::now()));
        touching.filter(|window| window.touches(from, to)).cloned().collect()
    }

    /// Whether no fault is on and none was lately.
    pub(crate) fn is_healthy(&self) -> bool {
        let now = Instant::now();
        self.during(now, now).is_empty()
    }

    /// Whether PostgreSQL was out of an instance's reach during a span, or lately before.
    pub(crate) fn lacked_database(&self, instance: usize, from: Instant, to: Instant) -> bool {
        let mut windows = self.during(from, to).into_iter();
        windows.any(|window| window.database && window.instance.is_none_or(|only| only == instance))
    }

    /// Whether an instance was down or frozen during a span, or lately before.
    pub(crate) fn was_down(&self, instance: usize, from: Instant, to: Instant) -> bool {
        let mut windows = self.during(from, to).into_iter();
        windows.any(|window| window.down && window.instance == Some(instance))
    }
}
