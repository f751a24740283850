//! The public pages over HTTP: URLs, headers, refusals, JSON.

mod addresses;
mod beginnings;
mod cursors;
mod echoes;
pub(crate) mod encodings;
mod every_listing;
mod filters;
mod headers;
mod hosts;
mod joined_words;
mod json;
mod numbers;
mod poisoning;
mod privacy;
mod rare_words;
mod sparse_orders;
mod statics;
mod validators;
