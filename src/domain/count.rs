//! How many listings a filter selects.

use serde::{Deserialize, Serialize};

/// A number of listings that is exact up to a limit, so that a count costs the same however many rows match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Count {
    /// The number of listings, or the limit where there are more.
    pub number: i64,
    /// Whether there are no more than that.
    pub is_exact: bool,
}

impl Count {
    /// The largest number that public lists count exactly.
    pub const PUBLIC_LIMIT: i64 = 10_000;

    /// An exact number.
    pub fn exact(number: i64) -> Self {
        Self { number, is_exact: true }
    }

    /// The count of `found` rows, of which at least one more than the limit is found where there are more.
    pub fn up_to(limit: i64, found: i64) -> Self {
        Self { number: found.min(limit), is_exact: found <= limit }
    }
}
