//! Rendered pages, by canonical keys.

use super::families::PAGES;
use super::listings::tags_of;
use crate::cache::{Cache, CacheKey, InMemory, Level, LoadError, Rendered, Served, TagSet};
use crate::domain::{ListingFilter, ListingQuery, PlaceQuery, PropertyId};
use crate::events::kinds;

/// The identity of a page: made of parsed input only, never of a raw URL.
#[derive(Debug, Clone)]
pub struct PageKey {
    key: CacheKey,
    rows: Rows,
}

/// The rows that a page shows.
#[derive(Debug, Clone)]
enum Rows {
    Of(ListingFilter),
    One(PropertyId),
}

impl PageKey {
    /// The list of a site, in a format (`html`, `json`). Pages hold absolute links, so sites at different addresses
    /// that share a Redis have pages of their own.
    pub fn list(site: &str, query: &ListingQuery, format: &'static str) -> Self {
        let canonical = query.canonical();
        let name = format_args!("{site}/list.{format}?{canonical}");
        Self {
            key: CacheKey::new(Level::PageRedis, PAGES, name),
            rows: Rows::Of(query.filter.clone()),
        }
    }

    /// A listing's own page within a result, in a format.
    pub fn detail(site: &str, id: PropertyId, result: &ListingQuery, format: &'static str) -> Self {
        let result = result.canonical();
        let name = format_args!("{site}/detail.{format}/{id}?{result}");
        Self {
            key: CacheKey::new(Level::PageRedis, PAGES, name),
            rows: Rows::One(id),
        }
    }

    /// The places of a site, in a format.
    pub fn places(site: &str, query: &PlaceQuery, format: &'static str) -> Self {
        let canonical = query.canonical();
        let name = format_args!("{site}/places.{format}?{canonical}");
        Self {
            key: CacheKey::new(Level::PageRedis, PAGES, name),
            rows: Rows::Of(ListingFilter::default()),
        }
    }

    /// What the page is expected to depend on; it may turn out to depend on more.
    fn tags(&self) -> TagSet {
        match &self.rows {
            Rows::Of(filter) => tags_of(filter),
            Rows::One(id) => TagSet::from([kinds::property(*id)]),
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

    /// The page that this process holds, if it is right.
    pub fn in_memory(&self, key: &PageKey) -> Option<InMemory> {
        self.cache.page_in_memory(&key.key)
    }

    /// The page, rendered if no level has it.
    ///
    /// # Errors
    /// Those of the rendering.
    pub async fn get_or_render<E, F>(
        &self,
        key: &PageKey,
        render: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Served, E>
    where
        E: LoadError,
        F: Future<Output = Result<Rendered, E>> + Send + 'static,
    {
        self.cache
            .get_or_render(&key.key, &key.tags(), render)
            .await
    }

    /// Has a page computed anew that is about to expire.
    pub async fn refresh<E, F>(&self, key: &PageKey, render: impl FnOnce() -> F + Send + 'static)
    where
        E: LoadError,
        F: Future<Output = Result<Rendered, E>> + Send + 'static,
    {
        self.cache.refresh_page(&key.key, &key.tags(), render).await;
    }
}
