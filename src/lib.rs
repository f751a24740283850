//! Property Listings.

pub mod cache;
pub mod config;
pub mod db;
pub mod domain;
pub mod events;
