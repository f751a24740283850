//! The data of feeds and of the sitemap.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Result;
use super::families::QUERYSETS;
use super::listings::{tags_of, unchanged_until};
use crate::cache::{Cache, CacheKey, Cached, Fill, Level, TagSet};
use crate::db::{Class, Database, departures, properties, sitemap};
use crate::domain::{
    ListedPart, ListedProperty, ListingFilter, ListingQuery, Property, SitemapPart,
};
use crate::events::kinds;

/// The number of listings in a feed.
const FEED_SIZE: u16 = 50;

/// The newest listings that a filter selects.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Newest {
    /// The listings, the newest first.
    pub properties: Vec<Property>,
    /// When a listing last left the filter's result, or may have; `None` if none has.
    pub departed_at: Option<DateTime<Utc>>,
}

/// Reads feeds and the sitemap; cheap to clone.
#[derive(Clone)]
pub struct Machines {
    pub(super) database: Database,
    pub(super) cache: Cache,
}

impl Machines {
    /// The newest listings that a filter selects.
    pub async fn newest(&self, filter: &ListingFilter) -> Result<Cached<Newest>> {
        let query = ListingQuery {
            filter: filter.clone(),
            page_size: FEED_SIZE,
            ..ListingQuery::default()
        };
        let class = if filter.is_costly() { Class::Expensive } else { Class::Public };
        let (database, ttl) = (self.database.of(class), self.cache.lifetimes().queryset);
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let until = unchanged_until(&client, &query.filter).await?;
            let rows = properties::list(&client, &query, None).await?;
            let newest = Newest {
                properties: rows.properties,
                departed_at: departures::find_latest(&client, &query.filter).await?,
            };
            Ok(Fill::new(newest, ttl).until(until))
        };
        let name = format!("newest?{}", filter.row_key());
        let key = CacheKey::new(Level::Queryset, QUERYSETS, name).rare_if(!filter.is_empty());
        self.cache.get_or_load(&key, tags_of(filter), load).await
    }

    /// The parts of the sitemap that have listings.
    pub async fn sitemap(&self) -> Result<Cached<Vec<ListedPart>>> {
        let (database, ttl) = (self.database.clone(), self.cache.lifetimes().queryset);
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            Ok(Fill::new(sitemap::list_parts(&client).await?, ttl))
        };
        let key = CacheKey::new(Level::Queryset, QUERYSETS, "sitemap");
        let tags = TagSet::from([kinds::properties()]);
        self.cache.get_or_load(&key, tags, load).await
    }

    /// The listings of a part; `None` if it is not among [`Machines::sitemap`]. That is checked first, so that an
    /// invalid number leaves neither an entry nor a generation behind.
    pub async fn sitemap_part(
        &self,
        part: SitemapPart,
    ) -> Result<Option<Cached<Vec<ListedProperty>>>> {
        let listed = self.sitemap().await?.tagged.value;
        if !listed.iter().any(|listed| listed.part == part) {
            return Ok(None);
        }
        let (database, ttl) = (self.database.clone(), self.cache.lifetimes().queryset);
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let properties = sitemap::list_part(&client, part).await?;
            // The last listing may have been deleted since the parts were listed.
            let ttl = if properties.is_empty() { Duration::ZERO } else { ttl };
            Ok(Fill::new(properties, ttl))
        };
        let key = CacheKey::new(Level::Queryset, QUERYSETS, format_args!("sitemap/{part}"));
        let tags = TagSet::from([kinds::sitemap(part)]);
        let cached = self.cache.get_or_load(&key, tags, load).await?;
        Ok(Some(cached).filter(|cached| !cached.tagged.value.is_empty()))
    }
}
