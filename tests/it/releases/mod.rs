//! Releases: migrations while an older release runs.

mod migrating;
