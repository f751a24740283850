//! The pages that people browse, and their JSON.

pub(super) mod handlers;
mod json;
pub(super) mod keys;
