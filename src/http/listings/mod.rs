//! Listings as data.

pub(super) mod json;
