//! The management endpoints for operators.

pub(super) mod access;
mod answer;
mod clearing;
mod handlers;
mod load_test;
pub(super) mod routes;
mod stream;
