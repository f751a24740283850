//! The middleware around the handlers.

mod error_pages;
pub(super) mod frame;
mod gate;
mod harden;
mod lane;
mod request_id;
pub(super) mod session;

pub use error_pages::error_pages;
pub use lane::{Lane, LaneService};
pub use request_id::{RequestId, request_id};
