//! Public pages: which one a request asks for, how it is computed, and how it is answered from the cache.
//!
//! A page is identified by parsed input only, and is computed from that input and the database: no request, so no
//! cookie, reaches the code that renders it. That is also why one computation can serve all requests.

mod answer;
mod cache_status;
mod explained;
mod lane;
mod machine;
mod page;
mod rendered;
mod serve;
mod stale;

pub use explained::explained;
pub use lane::{Lane, LaneService};
pub(in crate::http) use machine::MachinePage;
pub(in crate::http) use page::{PublicPage, result};
pub(in crate::http) use serve::{serve, serve_uncached};
