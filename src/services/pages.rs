//! Rendered pages, by canonical keys.

use super::families::PAGES;
use super::listings::tags_of;
use crate::cache::policy::CachePolicy;
use crate::cache::{Cache, CacheKey, Level, PageLookup, StoredPage, TagSet};
use crate::domain::{ListingQuery, PropertyId};
use crate::events::kinds;

/// The identity of a page: made of parsed input only, never of a raw URL.
#[derive(Debug, Clone)]
pub struct PageKey {
    key: CacheKey,
    tags: TagSet,
}

impl PageKey {
    /// The list of a site, in a format (`html`, `json`). Pages hold absolute links, so sites at different addresses
    /// that share a Redis have pages of their own.
    pub fn list(site: &str, query: &ListingQuery, format: &'static str) -> Self {
        let name = format!("{site}/list.{format}?{}", query.canonical());
        Self {
            key: CacheKey::new(Level::PageRedis, PAGES, &name),
            tags: tags_of(&query.filter),
        }
    }

    /// A listing's own page, in a format.
    pub fn detail(site: &str, id: PropertyId, format: &'static str) -> Self {
        let name = format!("{site}/detail.{format}/{id}");
        let tags = TagSet::from([kinds::property(id)]);
        Self {
            key: CacheKey::new(Level::PageRedis, PAGES, &name),
            tags,
        }
    }
}

/// The page cache; cheap to clone.
#[derive(Clone)]
pub struct Pages {
    cache: Cache,
}

impl Pages {
    pub(super) fn new(cache: Cache) -> Self {
        Self { cache }
    }

    /// Looks a page up.
    pub async fn find(&self, key: &PageKey) -> PageLookup {
        self.cache.find_page(&key.key, &key.tags).await
    }

    /// Stores a page as its policy allows; returns whether it did.
    pub async fn store(&self, key: &PageKey, page: &StoredPage, policy: &CachePolicy) -> bool {
        self.cache.store_page(&key.key, page, policy).await
    }

    /// Counts a page that was computed and may not be stored.
    pub fn not_stored(&self, key: &PageKey) {
        self.cache.page_not_stored(&key.key);
    }
}
