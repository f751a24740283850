//! Pages for programs: what crawlers may look at, the site map, feeds.

use super::rendered::{json, text, xml};
use crate::cache::Rendered;
use crate::cache::policy::{CachePolicy, Level};
use crate::domain::{FieldErrors, ListingFilter, ListingQuery, SitemapPart};
use crate::http::views::machines as views;
use crate::http::{AppError, openapi};
use crate::services::urls::closed_to_crawlers;
use crate::services::{PageKey, Services};

/// A page for programs, in the one format that it has.
#[derive(Debug, Clone)]
pub(in crate::http) enum MachinePage {
    /// The rules for crawlers.
    Robots,
    /// The list of the site map's parts.
    Sitemap,
    /// The part of the pages that are no listings.
    SitemapPages,
    /// A part of listings.
    SitemapPart(SitemapPart),
    /// The newest listings of a search.
    Feed(Box<ListingFilter>),
    /// The description of the site's addresses.
    Description {
        /// Whether management is open, as it is in development mode.
        open: bool,
    },
}

impl MachinePage {
    /// The feed that a query string asks for.
    ///
    /// # Errors
    /// When a parameter is not valid.
    pub(super) fn feed(query_string: &str) -> Result<Self, FieldErrors> {
        // It has one order and one page.
        Ok(Self::Feed(Box::new(ListingFilter::parse(query_string)?)))
    }

    /// Its identity, on a site at an address.
    pub(super) fn key(&self, site_url: &str) -> PageKey {
        match self {
            Self::Robots => PageKey::constant(site_url, "robots.txt"),
            Self::Sitemap => PageKey::sitemap(site_url),
            Self::SitemapPages => PageKey::constant(site_url, "sitemap-0.xml"),
            Self::SitemapPart(part) => PageKey::sitemap_part(site_url, *part),
            Self::Feed(filter) => PageKey::feed(site_url, filter, &canonical(filter)),
            Self::Description { open } => {
                let name = if *open { "openapi.open.json" } else { "openapi.json" };
                PageKey::constant(site_url, name)
            }
        }
    }

    /// Computes it from cached data.
    pub(super) async fn render(
        self,
        services: &Services,
        site_url: &str,
    ) -> Result<Rendered, AppError> {
        let machines = &services.machines;
        let (rendered, policy) = match &self {
            Self::Robots => {
                let rendered = text(
                    "text/plain; charset=utf-8",
                    &views::Robots { site_url, closed: closed_to_crawlers() },
                )?;
                (rendered, services.cache.constant(self.key(site_url).key()).await)
            }
            Self::SitemapPages => {
                let rendered = xml(&views::SitemapPages { site_url })?;
                (rendered, services.cache.constant(self.key(site_url).key()).await)
            }
            Self::Description { open } => {
                let rendered = json(&openapi::document(*open))?;
                (rendered, services.cache.constant(self.key(site_url).key()).await)
            }
            Self::Sitemap => {
                let cached = machines.sitemap().await?;
                let parts = &cached.tagged.value;
                let rendered = xml(&views::SitemapIndex { site_url, parts })?;
                (rendered, CachePolicy::of(&cached, Level::Queryset))
            }
            Self::SitemapPart(part) => {
                let found = machines.sitemap_part(*part).await?;
                let cached = found.ok_or(AppError::NotFound)?;
                let properties = &cached.tagged.value;
                let rendered = xml(&views::SitemapPart { site_url, properties })?;
                (rendered, CachePolicy::of(&cached, Level::Queryset))
            }
            Self::Feed(filter) => {
                let cached = machines.newest(filter).await?;
                let newest = &cached.tagged.value;
                let feed = views::Feed::new(newest, filter, &canonical(filter), site_url);
                let rendered = text("application/atom+xml; charset=utf-8", &feed)?;
                (rendered, CachePolicy::of(&cached, Level::Queryset))
            }
        };
        Ok(rendered.with(policy))
    }
}

/// The query string that asks for exactly a filter.
fn canonical(filter: &ListingFilter) -> String {
    ListingQuery::of(filter.clone()).canonical()
}
