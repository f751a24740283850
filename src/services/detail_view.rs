//! The data of a listing's page: the listing itself, and similar ones.

use super::families::QUERYSETS;
use super::{Listings, Result};
use crate::cache::{CacheKey, Cached, Fill, Level, TagSet};
use crate::db::{Class, properties};
use crate::domain::{FoldedLocation, ON_APPLICATION, Property, PropertyId};
use crate::events::kinds;

/// How many similar listings are shown.
const SIMILAR: i64 = 4;

/// A listing with what goes beside it.
#[derive(Debug, Clone)]
pub struct DetailView {
    /// The listing.
    pub property: Property,
    /// Others of the same place, and of the same price band if the listing shows its price.
    pub similar: Vec<Property>,
}

impl Listings {
    /// One listing, as a reader sees it; `None` when there is none.
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

    /// A listing as a reader would see it if it were saved so, straight from the database: no cache is read or written.
    pub async fn preview(&self, property: Property) -> Result<DetailView> {
        let client = self.database.of(Class::Staff).client().await?;
        let similar = properties::list_similar(&client, &property, SIMILAR).await?;
        Ok(DetailView { property, similar })
    }

    /// The listings of the same place and price band; of a listing that hides its price, the newest ones of its place.
    async fn similar(&self, to: Property) -> Result<Cached<Vec<Property>>> {
        let place = FoldedLocation::of(&to.location);
        let price = to.public_price();
        let tags = TagSet::from([match price {
            Some(price) => kinds::band(&place, price),
            None => kinds::location(&place),
        }]);
        // The listing's own state is part of the key, so that its page never shows what was similar before an edit.
        let price = price.map_or_else(|| ON_APPLICATION.to_owned(), |price| price.to_string());
        let key = format!("similar/{}/{price}/{}", to.id, place.as_str());
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
