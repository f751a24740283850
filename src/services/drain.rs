//! The shutdown of an instance, as far as clients see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const UNREADY: u8 = 1;
const CLOSING: u8 = 2;

/// The steps of the shutdown; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Drain(Arc<AtomicU8>);

impl Drain {
    /// From now on the instance reports that it is not ready, and still serves.
    pub fn begin(&self) {
        self.0.fetch_max(UNREADY, Ordering::Relaxed);
    }

    /// From now on each response closes its connection.
    pub fn close_connections(&self) {
        self.0.fetch_max(CLOSING, Ordering::Relaxed);
    }

    /// Whether the shutdown has begun.
    pub fn is_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= UNREADY
    }

    /// Whether each response closes its connection.
    pub fn closes_connections(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= CLOSING
    }
}
