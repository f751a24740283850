//! The pages that people browse, and their JSON.

pub(super) mod handlers;
pub(super) mod json;
