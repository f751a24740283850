//! Values with their dependencies.

use std::time::Instant;

use super::Stamps;
use super::memory::LocalStamps;
use super::storing::Storing;

/// A value with the stamps of everything that it is made of, and its expiry.
#[derive(Debug, Clone)]
pub struct Tagged<T> {
    /// The value.
    pub value: T,
    /// The generations that it was loaded under.
    pub stamps: Stamps,
    /// The same generations within this process.
    pub(super) local: LocalStamps,
    /// When the first of its parts expires.
    pub fresh_until: Instant,
    /// When the first of its parts was loaded.
    pub loaded: Instant,
    /// The stores of its parts that may be in progress.
    pub(super) storing: Storing,
}

impl<T> Tagged<T> {
    /// Another value with the same dependencies.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Tagged<U> {
        Tagged {
            value: change(self.value),
            stamps: self.stamps,
            local: self.local,
            fresh_until: self.fresh_until,
            loaded: self.loaded,
            storing: self.storing,
        }
    }

    /// Both values, with the dependencies of both and the earlier expiry.
    pub fn and<U>(self, other: Tagged<U>) -> Tagged<(T, U)> {
        Tagged {
            value: (self.value, other.value),
            stamps: self.stamps.union(other.stamps),
            local: self.local.union(&other.local),
            fresh_until: self.fresh_until.min(other.fresh_until),
            loaded: self.loaded.min(other.loaded),
            storing: self.storing.and(other.storing),
        }
    }
}
