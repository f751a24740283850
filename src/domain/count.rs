//! The number of listings that a filter selects.

use serde::{Deserialize, Serialize};

/// A number of listings that is exact up to a limit, so that a count costs the same however many rows match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Count {
    /// The number of listings, or the limit if there are more.
    pub number: i64,
    /// Whether the number is exact.
    pub is_exact: bool,
}

impl Count {
    /// The largest number that public lists count exactly.
    pub const PUBLIC_LIMIT: i64 = 10_000;

    /// An exact number.
    pub fn exact(number: i64) -> Self {
        Self { number, is_exact: true }
    }

    /// The count for `found` rows, of a search that stops one row beyond the limit.
    pub fn up_to(limit: i64, found: i64) -> Self {
        Self { number: found.min(limit), is_exact: found <= limit }
    }
}
