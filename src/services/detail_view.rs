//! The data of a listing's page: the listing itself, and similar ones.

use super::families::QUERYSETS;
use super::{Listings, Result};
use crate::cache::{CacheKey, Cached, Fill, Level, TagSet};
use crate::db::{Class, history, properties};
use crate::domain::{FoldedLocation, ON_APPLICATION, Property, PropertyId, Reduction};
use crate::events::kinds;

/// How many similar listings are shown.
const SIMILAR: usize = 4;

/// A listing with the other data of its page.
#[derive(Debug, Clone)]
pub struct DetailView {
    /// The listing.
    pub property: Property,
    /// The last change of its price, if that lowered it.
    pub reduction: Option<Reduction>,
    /// Others of the same place, and of the same price band if the listing shows its price: those with the most similar
    /// facts.
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
        let beside = (Box::pin(self.reduction(id)), Box::pin(self.similar(property)));
        let (reduction, similar) = tokio::try_join!(beside.0, beside.1)?;
        let view = |((property, reduction), similar): ((Option<Property>, Option<_>), _)| {
            let property = property?;
            let reduction = reduction.filter(|found: &Reduction| is_told(found, &property));
            Some(DetailView { property, reduction, similar })
        };
        let tagged = tagged.and(reduction.tagged).and(similar.tagged).map(view);
        Ok(Cached { tagged, outcome })
    }

    /// The page of a listing as if it had been saved, directly from the database: no cache is read or written.
    pub async fn preview(&self, property: Property) -> Result<DetailView> {
        let client = self.database.of(Class::Staff).client().await?;
        let similar = properties::list_similar(&client, &property, SIMILAR).await?;
        Ok(DetailView { property, reduction: None, similar })
    }

    /// The last change of a listing's price, if that lowered it.
    async fn reduction(&self, id: PropertyId) -> Result<Cached<Option<Reduction>>> {
        let key = CacheKey::new(Level::Queryset, QUERYSETS, format_args!("reduction/{id}"));
        let (database, ttl) = (self.database.clone(), self.cache.lifetimes().queryset);
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            Ok(Fill::new(history::find_reduction(&client, id).await?, ttl))
        };
        // Every change of the price is one of the listing.
        self.cache.get_or_load(&key, TagSet::from([kinds::property(id)]), load).await
    }

    /// The listings of the same place and price band that are most similar; for a listing that hides its price, the ones
    /// of its place.
    async fn similar(&self, to: Property) -> Result<Cached<Vec<Property>>> {
        let place = FoldedLocation::of(&to.location);
        let price = to.public_price();
        let tags = TagSet::from([match price {
            Some(price) => kinds::band(&place, price),
            None => kinds::location(&place),
        }]);
        // The listing's own state is part of the key, so that its page never shows what was similar before an edit.
        let price = price.map_or_else(|| ON_APPLICATION.to_owned(), |price| price.to_string());
        let key = format!("similar/{}/{price}/{}/{}", to.id, to.likeness(), place.as_str());
        let key = CacheKey::new(Level::Queryset, QUERYSETS, key);
        let (database, ttl) = (self.database.clone(), self.cache.lifetimes().queryset);
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let value = properties::list_similar(&client, &to, SIMILAR).await?;
            Ok(Fill::new(value, ttl))
        };
        self.cache.get_or_load(&key, tags, load).await
    }
}

/// Whether a page says that the price was lowered: only beside the price that it was lowered to. A price on application
/// stays hidden, and so does what became of it.
fn is_told(reduction: &Reduction, property: &Property) -> bool {
    property.public_price() == Some(reduction.to)
}
