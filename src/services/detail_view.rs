//! The data of a listing's page: the listing itself, and similar ones.

use super::families::QUERYSETS;
use super::{Listings, Result};
use crate::cache::{CacheKey, Cached, Fill, Level, TagSet};
use crate::db::{Class, properties};
use crate::domain::{FoldedLocation, Property, PropertyId};
use crate::events::kinds;

/// The number of similar listings that are shown.
const SIMILAR: i64 = 4;

/// A listing with the other data of its page.
#[derive(Debug, Clone)]
pub struct DetailView {
    /// The listing.
    pub property: Property,
    /// Other listings in the same location and price band.
    pub similar: Vec<Property>,
}

impl Listings {
    /// A listing's page; `None` if there is no such public listing.
    pub async fn detail(&self, id: PropertyId) -> Result<Cached<Option<DetailView>>> {
        let Cached { tagged, outcome } = self.find(id).await?;
        let Some(property) = tagged.value.clone() else {
            let tagged = tagged.map(|_| None);
            return Ok(Cached { tagged, outcome });
        };
        let similar = self.similar(property).await?;
        let view = |(property, similar): (Option<Property>, _)| {
            property.map(|property| DetailView { property, similar })
        };
        let tagged = tagged.and(similar.tagged).map(view);
        Ok(Cached { tagged, outcome })
    }

    /// The page of a listing as if it had been saved, directly from the database: no cache is read or written.
    pub async fn preview(&self, property: Property) -> Result<DetailView> {
        let client = self.database.of(Class::Staff).client().await?;
        let similar = properties::list_similar(&client, &property, SIMILAR).await?;
        Ok(DetailView { property, similar })
    }

    /// The listings in the same location and price band.
    async fn similar(&self, to: Property) -> Result<Cached<Vec<Property>>> {
        let place = FoldedLocation::of(&to.location);
        let tags = TagSet::from([kinds::band(&place, to.price)]);
        // The key contains the listing's own values, so that its page never shows the similar listings from before an
        // edit.
        let key = format!("similar/{}/{}/{}", to.id, to.price, place.as_str());
        let key = CacheKey::new(Level::Queryset, QUERYSETS, key);
        let (database, ttl) = (self.database.clone(), self.cache.lifetimes().queryset);
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let value = properties::list_similar(&client, &to, SIMILAR).await?;
            Ok(Fill::new(value, ttl))
        };
        self.cache.get_or_load(&key, &tags, load).await
    }
}
