//! The places of listings, through the queryset cache.

use super::families::QUERYSETS;
use super::listings::{tally_tags_of, unchanged_until};
use super::{Listings, Result};
use crate::cache::{CacheKey, Cached, Fill, Level};
use crate::db::places;
use crate::domain::{ListingFilter, Place, PlaceQuery, Status};

/// The maximum number of places in a response.
pub const MAX_PLACES: usize = 1000;
const ALL: i64 = MAX_PLACES as i64;
/// The number of places that a list page offers.
pub(super) const OFFERED: i64 = 8;

impl Listings {
    /// The places that a query selects, those with the most listings first; at most a thousand.
    pub async fn places(&self, query: &PlaceQuery) -> Result<Cached<Vec<Place>>> {
        let Some(name) = query.name.clone() else {
            let total = self.count(&query.filter).await?;
            let places = self.places_of(&query.filter, total.tagged.value.number, ALL).await?;
            return Ok(Cached {
                tagged: total.tagged.and(places.tagged).map(|(_, places)| places),
                outcome: places.outcome,
            });
        };
        let status = query.filter.status;
        let shown = status.only().map_or("", Status::name);
        let key = format!("places?name={}&status={shown}", name.as_str().to_lowercase());
        let key = CacheKey::new(Level::Queryset, QUERYSETS, key).rare_if(true);
        let (database, ttl) = (self.database.clone(), self.cache.lifetimes().queryset);
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let value = places::list_by_name(&client, name.as_str(), status, ALL).await?;
            Ok(Fill::new(value, ttl))
        };
        let tags = tally_tags_of(&ListingFilter { status, ..ListingFilter::default() });
        self.cache.get_or_load_early(&key, tags, load).await
    }

    /// The places with the most listings of a filter, which selects `total` listings.
    pub(super) async fn places_of(
        &self,
        filter: &ListingFilter,
        total: i64,
        limit: i64,
    ) -> Result<Cached<Vec<Place>>> {
        // The total may have been read under older generations, so its effect is part of the key.
        let counted = match places::are_counted(filter, total) {
            true => "counted",
            false => "named",
        };
        let key = format!("places/{limit}/{counted}?{}", filter.row_key());
        let key = CacheKey::new(Level::Queryset, QUERYSETS, key).rare_if(!filter.is_empty());
        let (database, filter) = (self.database_for(filter.is_costly()), filter.clone());
        let (tags, ttl) = (tally_tags_of(&filter), self.cache.lifetimes().queryset);
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let until = unchanged_until(&client, &filter).await?;
            let value = places::list(&client, &filter, total, limit).await?;
            Ok(Fill::new(value, ttl).until(until))
        };
        self.cache.get_or_load_early(&key, tags, load).await
    }
}
