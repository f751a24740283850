//! Releases: migrations while an older release runs.

mod draining;
mod migrating;
