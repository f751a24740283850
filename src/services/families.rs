//! The families of keys in Redis: what the site writes under, and so what a clear removes.

use crate::cache::Level;

/// Rendered pages.
pub(super) const PAGES: &str = "page";
/// Query results.
pub(super) const QUERYSETS: &str = "all_properties";
/// Row counts.
pub(super) const COUNTS: &str = "property_count";

/// Each with the level that it belongs to.
pub(super) const FAMILIES: [(Level, &str); 3] = [
    (Level::PageRedis, PAGES),
    (Level::Queryset, QUERYSETS),
    (Level::Count, COUNTS),
];
