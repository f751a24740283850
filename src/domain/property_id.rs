//! The number of a listing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a listing in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PropertyId(pub i64);

impl PropertyId {
    /// The largest number: the largest that JavaScript represents exactly.
    pub const MAX: Self = Self(9_007_199_254_740_991);
}

impl fmt::Display for PropertyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
