//! What programs read: crawlers, feed readers.

pub(super) mod handlers;
