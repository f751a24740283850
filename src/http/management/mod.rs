//! The operator's endpoints: looking at the cache, and doing things to it.

pub(super) mod access;
mod handlers;
pub(super) mod routes;
