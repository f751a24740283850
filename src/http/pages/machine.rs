//! Pages for programs: what crawlers may look at, the site map, feeds.

use url::form_urlencoded;

use super::rendered::{json, text, xml};
use crate::cache::policy::{CachePolicy, Level};
use crate::domain::{Cursors, FieldErrors, ListingFilter, ListingQuery, SitemapPart};
use crate::http::views::machines as views;
use crate::http::{AppError, openapi};
use crate::services::{PageKey, Rendered, Services};

/// The fields of a query that a feed reads. It has one order and one page.
const FEED_FIELDS: [&str; 4] = ["q", "location", "min_price", "max_price"];

/// A page for programs, in the one format that it has.
#[derive(Debug, Clone)]
pub(in crate::http) enum MachinePage {
    /// What crawlers may look at.
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
    /// The page at an address; `None` when there is none. `open` says whether the site's management is.
    ///
    /// # Errors
    /// When a parameter is not valid.
    pub(in crate::http) fn at(
        path: &str,
        query_string: &str,
        open: bool,
    ) -> Result<Option<Self>, FieldErrors> {
        Ok(Some(match path {
            "/robots.txt" => Self::Robots,
            "/sitemap.xml" => Self::Sitemap,
            "/sitemap-0.xml" => Self::SitemapPages,
            "/openapi.json" => Self::Description { open },
            "/properties/feed.atom" => Self::Feed(Box::new(feed_filter(query_string)?)),
            _ => {
                let part = path.strip_prefix("/sitemap-");
                let part = part.and_then(|rest| rest.strip_suffix(".xml"));
                return Ok(part.and_then(SitemapPart::parse).map(Self::SitemapPart));
            }
        }))
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
                let name = if *open {
                    "openapi.open.json"
                } else {
                    "openapi.json"
                };
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
                let rendered = text("text/plain; charset=utf-8", &views::Robots { site_url })?;
                (rendered, services.pages.constant(&self.key(site_url)).await)
            }
            Self::SitemapPages => {
                let rendered = xml(&views::SitemapPages { site_url })?;
                (rendered, services.pages.constant(&self.key(site_url)).await)
            }
            Self::Description { open } => {
                let rendered = json(&openapi::document(*open))?;
                (rendered, services.pages.constant(&self.key(site_url)).await)
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
                let rendered = xml(&views::SitemapPart {
                    site_url,
                    properties,
                })?;
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

/// The filter that a query string asks for; an order or a page, right or wrong, is no part of it.
fn feed_filter(query_string: &str) -> Result<ListingFilter, FieldErrors> {
    let pairs = form_urlencoded::parse(query_string.as_bytes());
    let known = pairs.filter(|(name, _)| FEED_FIELDS.contains(&name.as_ref()));
    let known = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(known)
        .finish();
    Ok(ListingQuery::parse(&known, Cursors::Ignored)?.filter)
}

/// The query string that asks for exactly a filter.
fn canonical(filter: &ListingFilter) -> String {
    ListingQuery::of(filter.clone()).canonical()
}
