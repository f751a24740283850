//! Listings as data.

mod fact_schema;
pub(super) mod json;
mod photos;
