//! The state that all parts of a run share.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::RwLock;

use crate::instance::Instance;
use crate::ledger::Ledger;
use crate::postgres::Access;
use crate::pulse::StallWatch;
use crate::report::Report;
use crate::windows::Windows;

/// A run.
pub(crate) struct Run {
    pub(crate) begun: Instant,
    pub(crate) until: Instant,
    pub(crate) seed: u64,
    pub(crate) instances: Vec<Arc<Instance>>,
    pub(crate) ledger: Ledger,
    pub(crate) windows: Windows,
    pub(crate) report: Report,
    pub(crate) pulse: Arc<StallWatch>,
    pub(crate) postgres: Access,
    /// Redis's socket.
    pub(crate) redis: PathBuf,
    pub(crate) directory: PathBuf,
    /// Each writer holds it, shared, while it writes; a fault that must know what was written holds it exclusively.
    pub(crate) writing: RwLock<()>,
    stopped: AtomicBool,
}

/// The places of the run's servers.
pub(crate) struct Places {
    pub(crate) postgres: Access,
    pub(crate) redis: PathBuf,
    pub(crate) directory: PathBuf,
}

impl Run {
    pub(crate) fn new(
        seed: u64,
        time: std::time::Duration,
        instances: Vec<Arc<Instance>>,
        ledger: Ledger,
        places: Places,
    ) -> Self {
        let begun = Instant::now();
        Self {
            begun,
            until: begun + time,
            seed,
            instances,
            ledger,
            windows: Windows::default(),
            report: Report::default(),
            pulse: StallWatch::start(),
            postgres: places.postgres,
            redis: places.redis,
            directory: places.directory,
            writing: RwLock::default(),
            stopped: AtomicBool::new(false),
        }
    }

    /// Whether readers and writers must end.
    pub(crate) fn is_over(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || Instant::now() >= self.until
    }

    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// A moment in seconds since the start of the run.
    pub(crate) fn seconds(&self, at: Instant) -> f64 {
        at.saturating_duration_since(self.begun).as_secs_f64()
    }
}
