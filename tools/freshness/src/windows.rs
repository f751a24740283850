//! The times of faults, and when a write must be visible everywhere.
//!
//! A write that is acknowledged in a healthy period is *due* on other instances 100 ms later. If a fault was active in
//! that time, or had ended less than 5 s before, it is due 5 s after the fault's end. A write that was due stays due,
//! even during later faults. On the instance that acknowledged it, a write is due at once.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How soon other instances must follow without a fault.
pub(crate) const HEALTHY: Duration = Duration::from_millis(100);
/// How soon they must follow after a fault.
pub(crate) const RECOVERY: Duration = Duration::from_secs(5);

/// A fault, from before it began until after it ended.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    pub(crate) fault: &'static str,
    pub(crate) begun: Instant,
    pub(crate) ended: Option<Instant>,
    /// The affected instance, if there is only one.
    pub(crate) instance: Option<usize>,
    /// Whether PostgreSQL can't answer.
    pub(crate) database: bool,
    /// Whether the instance itself can't answer.
    pub(crate) down: bool,
}

impl Window {
    /// Whether a period overlaps the fault or its recovery.
    fn touches(&self, from: Instant, to: Instant) -> bool {
        self.begun <= to && self.ended.is_none_or(|ended| from < ended + RECOVERY)
    }
}

/// Every fault of the run, in order; they don't overlap.
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

    /// When a write that was acknowledged at a moment is due on every instance; `None` while that is unknown.
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

    /// The faults and recoveries that overlap a period.
    pub(crate) fn during(&self, from: Instant, to: Instant) -> Vec<Window> {
        let windows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let touching =
            windows.iter().rev().take_while(|window| window.touches(from, Instant::now()));
        touching.filter(|window| window.touches(from, to)).cloned().collect()
    }

    /// Whether no fault is active or was recently.
    pub(crate) fn is_healthy(&self) -> bool {
        let now = Instant::now();
        self.during(now, now).is_empty()
    }

    /// Whether an instance could not reach PostgreSQL in a period or shortly before.
    pub(crate) fn lacked_database(&self, instance: usize, from: Instant, to: Instant) -> bool {
        let mut windows = self.during(from, to).into_iter();
        windows.any(|window| window.database && window.instance.is_none_or(|only| only == instance))
    }

    /// Whether an instance was down or frozen in a period or shortly before.
    pub(crate) fn was_down(&self, instance: usize, from: Instant, to: Instant) -> bool {
        let mut windows = self.during(from, to).into_iter();
        windows.any(|window| window.down && window.instance == Some(instance))
    }
}
