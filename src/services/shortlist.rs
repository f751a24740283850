//! Listings that a reader compares. The reader's browser keeps which; nothing is stored of it here but the page.

use super::families::QUERYSETS;
use super::{Listings, Result};
use crate::cache::{CacheKey, Cached, Fill, Level, TagSet};
use crate::db::properties;
use crate::domain::{Property, Shortlist};
use crate::events::kinds;

impl Listings {
    /// The listings of a shortlist that the public may see, in its order.
    pub async fn shortlist(&self, shortlist: &Shortlist) -> Result<Cached<Vec<Property>>> {
        let key = format!("shortlist/{}", shortlist.canonical());
        // Anyone can make up a shortlist.
        let key = CacheKey::new(Level::Queryset, QUERYSETS, key).rare_if(true);
        let (database, ttl) = (self.database.clone(), self.cache.lifetimes().queryset);
        let (tags, wanted) = (shortlist_tags(shortlist), shortlist.clone());
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let ids = wanted.ids();
            let mut found = properties::list_by_id(&client, ids).await?;
            // A number without a listing may get one; every other change is one of a listing that is here.
            let is_whole = found.len() == ids.len();
            found.retain(|property| property.status().is_public());
            found.sort_by_key(|property| ids.iter().position(|id| *id == property.id));
            let fill = Fill::new(found, ttl);
            Ok(match is_whole {
                true => fill.only(ids.iter().map(|id| kinds::property(*id))),
                false => fill,
            })
        };
        self.cache.get_or_load(&key, tags, load).await
    }
}

/// What a shortlist depends on: its listings, and whether each of them exists.
pub(super) fn shortlist_tags(shortlist: &Shortlist) -> TagSet {
    let listings = shortlist.ids().iter().map(|id| kinds::property(*id));
    let absent = (!shortlist.ids().is_empty()).then(kinds::absent);
    listings.chain(absent).collect()
}
