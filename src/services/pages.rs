//! The keys of rendered pages.

use std::fmt::Display;

use super::facets::facet_tags_of;
use super::families::PAGES;
use super::listings::{tags_of, tally_tags_of};
use super::shortlist::shortlist_tags;
use super::urls::{Public, page_name};
use crate::cache::{CacheKey, Level, Tag, TagSet};
use crate::domain::{ListingFilter, ListingQuery, PlaceQuery, PropertyId, Shortlist, SitemapPart};
use crate::events::kinds;

/// The identity of a page: made of parsed input, never of a raw URL.
#[derive(Debug, Clone)]
pub struct PageKey {
    key: CacheKey,
    rows: Rows,
    is_costly: bool,
}

/// The rows that a page depends on.
#[derive(Debug, Clone)]
enum Rows {
    Of(ListingFilter),
    Facets(ListingFilter),
    One(PropertyId),
    Chosen(Shortlist),
    Part(SitemapPart),
    All,
    None,
}

impl PageKey {
    /// A list of a site, in a format (`html`, `json`). Pages contain absolute links, so sites with different origins
    /// that share a Redis have separate pages.
    pub fn list(site: &str, query: &ListingQuery, format: &'static str) -> Self {
        let canonical = query.canonical();
        let rest = format_args!("{format}?{canonical}");
        let key = Self::named(Public::List, site, rest, Rows::Of(query.filter.clone()));
        Self { is_costly: query.is_costly(), ..key.rare_if(!query.is_usual()) }
    }

    /// A listing's page within a result, in a format.
    pub fn detail(site: &str, id: PropertyId, result: &ListingQuery, format: &'static str) -> Self {
        let canonical = result.canonical();
        let rest = format_args!("{format}/{id}?{canonical}");
        Self::named(Public::Detail, site, rest, Rows::One(id)).rare_if(!canonical.is_empty())
    }

    /// The list of places of a site, in a format.
    pub fn places(site: &str, query: &PlaceQuery, format: &'static str) -> Self {
        let canonical = query.canonical();
        let rest = format_args!("{format}?{canonical}");
        let key = Self::named(Public::Places, site, rest, Rows::Of(ListingFilter::default()));
        Self { is_costly: query.filter.is_costly(), ..key.rare_if(!canonical.is_empty()) }
    }

    /// The facets of a filter. They are many counts, also where the filter is a simple one.
    pub fn facets(site: &str, filter: &ListingFilter, canonical: &str) -> Self {
        let rest = format_args!("json?{canonical}");
        let key = Self::named(Public::Facets, site, rest, Rows::Facets(filter.clone()));
        Self { is_costly: true, ..key.rare_if(!canonical.is_empty()) }
    }

    /// A shortlist, in a format.
    pub fn shortlist(site: &str, shortlist: &Shortlist, format: &'static str) -> Self {
        let canonical = shortlist.canonical();
        let rest = format_args!("{format}?{canonical}");
        let key = Self::named(Public::Shortlist, site, rest, Rows::Chosen(shortlist.clone()));
        key.rare_if(!canonical.is_empty())
    }

    /// The feed of a filter.
    pub fn feed(site: &str, filter: &ListingFilter, canonical: &str) -> Self {
        let rest = format_args!("atom?{canonical}");
        let key = Self::named(Public::Feed, site, rest, Rows::Of(filter.clone()));
        Self { is_costly: filter.is_costly(), ..key.rare_if(!filter.is_empty()) }
    }

    /// The list of the sitemap's parts.
    pub fn sitemap(site: &str) -> Self {
        Self::named(Public::Sitemap, site, ".xml", Rows::All)
    }

    /// A part of the sitemap.
    pub fn sitemap_part(site: &str, part: SitemapPart) -> Self {
        Self::named(Public::Sitemap, site, format_args!("-{part}.xml"), Rows::Part(part))
    }

    /// A page that does not depend on rows. The name contains everything that it depends on besides the build.
    pub fn constant(site: &str, name: &str) -> Self {
        Self::named(Public::Robots, site, name, Rows::None)
    }

    fn named(address: Public, site: &str, rest: impl Display, rows: Rows) -> Self {
        let start = page_name(address);
        let name = format_args!("{site}/{start}{rest}");
        let key = CacheKey::new(Level::PageRedis, PAGES, name);
        Self { key, rows, is_costly: false }
    }

    /// The same key; `rare` says whether anyone can make it up.
    fn rare_if(self, rare: bool) -> Self {
        Self { key: self.key.rare_if(rare), ..self }
    }

    /// Whether a client can make it arbitrarily expensive to compute, so that it needs a permit.
    pub fn is_costly(&self) -> bool {
        self.is_costly
    }

    /// Its key.
    pub fn key(&self) -> &CacheKey {
        &self.key
    }

    /// The expected tags of the page, and the site's tag.
    pub(super) fn tags_with_site(&self) -> TagSet {
        let mut tags = self.tags();
        tags.insert(Tag::site());
        tags
    }

    /// The expected tags of the page; rendering may add more.
    pub fn tags(&self) -> TagSet {
        match &self.rows {
            Rows::Of(filter) => tags_of(filter).union(&tally_tags_of(filter)).cloned().collect(),
            Rows::Facets(filter) => facet_tags_of(filter),
            Rows::One(id) => TagSet::from([kinds::property(*id)]),
            Rows::Chosen(shortlist) => shortlist_tags(shortlist),
            Rows::Part(part) => TagSet::from([kinds::sitemap(*part)]),
            Rows::All => TagSet::from([kinds::properties()]),
            Rows::None => TagSet::new(),
        }
    }
}
