//! Public pages: which one a request asks for, how it is computed, and how it is answered from the cache.
//!
//! A page is identified by parsed input only, and is computed from that input and the database: no request, so no
//! cookie, reaches the code that renders it. That is also why one computation can serve all requests.

mod answer;
mod asked;
pub(super) mod cache_status;
mod explained;
mod machine;
mod page;
mod rendered;
mod serve;
mod stale;

pub(super) use answer::answer;
pub(super) use asked::{Asked, Refusal};
pub use explained::explained;
pub(super) use page::{PublicPage, published, result};
pub(super) use serve::{refresh, serve, serve_uncached};
