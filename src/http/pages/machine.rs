//! Pages for programs: robots.txt, the sitemap, feeds, and the API description.

use super::rendered::{json, text, xml};
use crate::cache::Rendered;
use crate::cache::policy::{CachePolicy, Level};
use crate::domain::{FieldErrors, ListingFilter, ListingQuery, SitemapPart};
use crate::http::views::machines as views;
use crate::http::{AppError, openapi};
use crate::services::urls::closed_to_crawlers;
use crate::services::{PageKey, Services};

/// A page for programs; each has one format.
#[derive(Debug, Clone)]
pub(in crate::http) enum MachinePage {
    /// The rules for crawlers: `robots.txt`.
    Robots,
    /// The list of the sitemap's parts.
    Sitemap,
    /// The part with the pages that are not listings.
    SitemapPages,
    /// A part with listings.
    SitemapPart(SitemapPart),
    /// The newest listings of a filter.
    Feed(Box<ListingFilter>),
    /// The API description.
    Description {
        /// Whether the management endpoints need no credentials, as in development mode.
        open: bool,
    },
}

impl MachinePage {
    /// The feed of a query string.
    ///
    /// # Errors
    /// If a parameter is invalid.
    pub(super) fn feed(query_string: &str) -> Result<Self, FieldErrors> {
        // A feed has one order and one page.
        Ok(Self::Feed(Box::new(ListingFilter::parse(query_string)?)))
    }

    /// The page's identity on a site.
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

    /// Renders the page from cached data.
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

/// The query string of exactly this filter.
pub(super) fn canonical(filter: &ListingFilter) -> String {
    ListingQuery::of(filter.clone()).canonical()
}
