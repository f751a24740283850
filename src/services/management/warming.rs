//! The state of warming.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;
use utoipa::ToSchema;

/// The progress of the current or the last warming.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = Warming)]
pub struct WarmState {
    /// Whether warming is running.
    pub running: bool,
    /// The number of pages to fetch; 0 while it is unknown.
    pub total: u64,
    /// Pages that were fetched.
    pub pages: u64,
    /// Pages that could not be fetched.
    pub failed: u64,
    /// The duration so far, in milliseconds; null if the cache was not warmed yet.
    pub duration_ms: Option<u64>,
    /// Why it ended early.
    pub problem: Option<String>,
}

/// The current or last warming; only one runs at a time.
#[derive(Debug, Default)]
pub(super) struct Warming(Mutex<(WarmState, Option<Instant>)>);

impl Warming {
    fn lock(&self) -> MutexGuard<'_, (WarmState, Option<Instant>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins, unless warming is already running.
    pub(super) fn begin(&self) -> bool {
        let mut inner = self.lock();
        if inner.0.running {
            return false;
        }
        let state = WarmState { running: true, ..WarmState::default() };
        *inner = (state, Some(Instant::now()));
        true
    }

    pub(super) fn note(&self, change: impl FnOnce(&mut WarmState)) {
        change(&mut self.lock().0);
    }

    pub(super) fn end(&self, problem: Option<String>) {
        let state = self.state();
        let mut inner = self.lock();
        inner.0 = WarmState { running: false, problem, ..state };
        inner.1 = None;
    }

    pub(super) fn state(&self) -> WarmState {
        let inner = self.lock();
        let (state, began) = &*inner;
        let taken =
            began.map(|began| u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        WarmState { duration_ms: taken.or(state.duration_ms), ..state.clone() }
    }
}

/// Ends the warming when its task ends for any reason.
pub(super) struct Ending<'a>(pub(super) &'a Warming, pub(super) Option<String>);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.end(self.1.take());
    }
}
