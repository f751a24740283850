//! Releases: migrations while an older release runs, two releases side by side, restarts.

mod draining;
mod migrating;
mod rolling;
mod side_by_side;
