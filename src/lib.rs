//! Property Listings.

pub mod config;
pub mod domain;
