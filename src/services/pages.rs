//! Rendered pages, by canonical keys.

use std::fmt::Display;

use super::families::PAGES;
use super::listings::tags_of;
use crate::cache::policy::CachePolicy;
use crate::cache::{Cache, CacheKey, InMemory, Level, LoadError, Rendered, Served, Tag, TagSet};
use crate::domain::{ListingFilter, ListingQuery, PlaceQuery, PropertyId, SitemapPart};
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
    Part(SitemapPart),
    All,
    None,
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
        Self::named(name, Rows::Of(ListingFilter::default()))
    }

    /// The feed of what a filter selects.
    pub fn feed(site: &str, filter: &ListingFilter, canonical: &str) -> Self {
        let name = format_args!("{site}/feed.atom?{canonical}");
        Self::named(name, Rows::Of(filter.clone()))
    }

    /// The list of the site map's parts.
    pub fn sitemap(site: &str) -> Self {
        Self::named(format_args!("{site}/sitemap.xml"), Rows::All)
    }

    /// A part of the site map.
    pub fn sitemap_part(site: &str, part: SitemapPart) -> Self {
        let name = format_args!("{site}/sitemap-{part}.xml");
        Self::named(name, Rows::Part(part))
    }

    /// A page that is made of no rows. The name says everything that it depends on besides the build.
    pub fn constant(site: &str, name: &str) -> Self {
        Self::named(format_args!("{site}/{name}"), Rows::None)
    }

    fn named(name: impl Display, rows: Rows) -> Self {
        let key = CacheKey::new(Level::PageRedis, PAGES, name);
        Self { key, rows }
    }

    /// Its key.
    pub(super) fn key(&self) -> &CacheKey {
        &self.key
    }

    /// The expected tags of the page, and the tag that every entry carries.
    pub(super) fn tags_with_site(&self) -> TagSet {
        let mut tags = self.tags();
        tags.insert(Tag::site());
        tags
    }

    /// The expected tags of the page; rendering may add more.
    fn tags(&self) -> TagSet {
        match &self.rows {
            Rows::Of(filter) => tags_of(filter),
            Rows::One(id) => TagSet::from([kinds::property(*id)]),
            Rows::Part(part) => TagSet::from([kinds::sitemap(*part)]),
            Rows::All => TagSet::from([kinds::properties()]),
            Rows::None => TagSet::new(),
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

    /// Leave to keep a page that is made of no rows.
    pub async fn constant(&self, key: &PageKey) -> CachePolicy {
        self.cache.constant(&key.key).await
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
