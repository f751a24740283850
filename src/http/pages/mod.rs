//! Public pages: which one is requested, how it is rendered, and how it is answered from the cache.
//!
//! A page is identified by parsed input, and rendered from that input and the database: no request, so no cookie,
//! reaches the code that renders it. So one rendering can serve all requests.

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
pub(super) use serve::{admit, refresh, serve, serve_uncached};
