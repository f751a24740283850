//! Records which events this process has applied to its memory.
//!
//! The marks in Redis are not sufficient: an event that one instance has applied to Redis is still to be applied to the
//! memory of the others.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cache::EventMark;

/// The marks of events that may arrive again: in the next reading of the log, or in a late notification.
#[derive(Debug, Default)]
pub(super) struct Applied(Mutex<Marks>);

#[derive(Debug, Default)]
struct Marks {
    /// Applied since the last reading of the log.
    latest: HashSet<EventMark>,
    /// Applied between the last two readings, and by the last one.
    earlier: HashSet<EventMark>,
}

impl Applied {
    pub(super) fn mark(&self, event: &EventMark) {
        self.lock().latest.insert(event.clone());
    }

    pub(super) fn has(&self, event: &EventMark) -> bool {
        let marks = self.lock();
        marks.latest.contains(event) || marks.earlier.contains(event)
    }

    /// Forgets older marks after the log was read to its end. A notification of an event in that reading may still
    /// arrive.
    pub(super) fn forget_older(&self) {
        let mut marks = self.lock();
        marks.earlier = std::mem::take(&mut marks.latest);
    }

    pub(super) fn clear(&self) {
        *self.lock() = Marks::default();
    }

    fn lock(&self) -> MutexGuard<'_, Marks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_outlives_one_reading_of_the_log_and_not_two() {
        let (applied, event) = (Applied::default(), EventMark::new(7, "12-1"));
        applied.mark(&event);
        applied.forget_older();
        assert!(applied.has(&event));
        assert!(!applied.has(&EventMark::new(7, "12-2")), "another event of that number");
        applied.forget_older();
        assert!(!applied.has(&event));
    }
}
