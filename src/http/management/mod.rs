//! The operator's endpoints: looking at the cache, and doing things to it.

pub(super) mod access;
pub(super) mod handlers;
