//! Listings as JSON.

mod fact_schema;
pub(super) mod json;
mod photos;
