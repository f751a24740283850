//! Releases: migrations while an older release runs.

mod draining;
mod migrating;
mod side_by_side;
