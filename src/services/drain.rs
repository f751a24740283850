//! How far an instance is with its end, as far as clients notice it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const UNREADY: u8 = 1;
const CLOSING: u8 = 2;

/// The end of an instance, which comes in steps; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Drain(Arc<AtomicU8>);

impl Drain {
    /// From now on the instance is not ready, and still serves.
    pub fn begin(&self) {
        self.0.fetch_max(UNREADY, Ordering::Relaxed);
    }

    /// From now on each response ends its connection.
    pub fn close_connections(&self) {
        self.0.fetch_max(CLOSING, Ordering::Relaxed);
    }

    /// Whether it has begun.
    pub fn is_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= UNREADY
    }

    /// Whether each response ends its connection.
    pub fn closes_connections(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= CLOSING
    }
}
