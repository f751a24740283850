//! Releases: migrations while an older release runs, two releases at the same time, restarts.

mod draining;
mod first_release;
mod migrating;
mod rolling;
mod side_by_side;
