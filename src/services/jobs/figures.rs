//! Figures about jobs: those in the database when they were last counted, and those that this process ran.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::{JobCounts, JobKind};

/// Tries of one kind that ended in one way.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::services) struct Ended {
    pub(in crate::services) count: u64,
    pub(in crate::services) time: Duration,
}

/// The figures; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(in crate::services) struct JobFigures(Arc<Mutex<Figures>>);

#[derive(Debug, Clone, Default)]
pub(in crate::services) struct Figures {
    /// Nothing until they were counted.
    pub(in crate::services) counts: Option<JobCounts>,
    /// By kind and outcome.
    pub(in crate::services) ended: BTreeMap<(&'static str, &'static str), Ended>,
}

impl JobFigures {
    pub(super) fn note(&self, counts: JobCounts) {
        self.lock().counts = Some(counts);
    }

    pub(in crate::services) fn count(&self, kind: JobKind, outcome: &'static str, time: Duration) {
        let mut figures = self.lock();
        let ended = figures.ended.entry((kind.name(), outcome)).or_default();
        ended.count += 1;
        ended.time += time;
    }

    /// The figures now.
    pub(in crate::services) fn read(&self) -> Figures {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Figures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
