//! Which events this process has applied to its own memory.
//!
//! Redis has marks of its own; they don't do here, because what one instance has applied to Redis is yet to be applied
//! to the memory of the others.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Marks of events that may be read from the log once more.
#[derive(Debug, Default)]
pub(super) struct Applied(Mutex<HashSet<String>>);

impl Applied {
    pub(super) fn mark(&self, event: &str) {
        self.lock().insert(event.to_owned());
    }

    pub(super) fn has(&self, event: &str) -> bool {
        self.lock().contains(event)
    }

    pub(super) fn forget<'a>(&self, events: impl IntoIterator<Item = &'a str>) {
        let mut marks = self.lock();
        for event in events {
            marks.remove(event);
        }
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
