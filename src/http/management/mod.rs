//! The operator's endpoints: looking at the cache, and doing things to it.

pub(super) mod access;
mod answer;
mod clearing;
mod handlers;
mod load_test;
pub(super) mod routes;
mod stream;
