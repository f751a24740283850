//! Pages for programs: robots.txt, the sitemap and its parts, feeds.

mod caching;
mod contract;
mod description;
mod feed;
mod hostile;
mod robots;
mod sitemap;
pub(crate) mod truth;
