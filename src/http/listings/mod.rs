//! Listings as JSON.

pub(super) mod facets;
mod fact_schema;
pub(super) mod json;
mod photos;
