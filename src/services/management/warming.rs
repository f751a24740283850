//! The state of the one warming that may be under way.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;
use utoipa::ToSchema;

/// The progress of the current or the last warming.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = Warming)]
pub struct WarmState {
    /// Whether one is under way.
    pub running: bool,
    /// How many pages there are to fetch; 0 before that is known.
    pub total: u64,
    /// Pages that were fetched.
    pub pages: u64,
    /// Pages that could not be fetched.
    pub failed: u64,
    /// How long it has taken so far, in milliseconds; null when the cache was not warmed yet.
    pub duration_ms: Option<u64>,
    /// Why it ended early.
    pub problem: Option<String>,
}

/// The one warming that may be under way.
#[derive(Debug, Default)]
pub(super) struct Warming(Mutex<(WarmState, Option<Instant>)>);

impl Warming {
    fn lock(&self) -> MutexGuard<'_, (WarmState, Option<Instant>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins, unless one is under way.
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

/// Ends a warming however its task ends.
pub(super) struct Ending<'a>(pub(super) &'a Warming, pub(super) Option<String>);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.end(self.1.take());
    }
}
