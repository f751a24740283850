//! The counts of filter values, through the queryset cache.
//!
//! They are not part of a list's page: the page of the flats in a place stays as it is when a house there changes, but the
//! number of houses does not.

use super::families::QUERYSETS;
use super::listings::{tags_of, unchanged_until};
use super::{Listings, Result};
use crate::cache::{CacheKey, Cached, Fill, Level, TagSet};
use crate::db::facets;
use crate::domain::{FacetCounts, ListingFilter, ListingQuery, Status, StatusFilter};

/// The statuses that facets count, whatever the filter's status, because the status is a facet itself.
const COUNTED: [StatusFilter; 2] = [StatusFilter::Listed, StatusFilter::Only(Status::Closed)];

impl Listings {
    /// The numbers of listings that a filter would select with each value of every facet.
    pub async fn facets(&self, filter: &ListingFilter) -> Result<Cached<Vec<FacetCounts>>> {
        let Some(resolved) = self.resolved(&ListingQuery::of(filter.clone())).await? else {
            return self.facets_of(filter).await;
        };
        let Cached { tagged, outcome } = self.facets_of(&resolved.value.query.filter).await?;
        Ok(Cached { tagged: tagged.and(resolved).map(|(counts, _)| counts), outcome })
    }

    async fn facets_of(&self, filter: &ListingFilter) -> Result<Cached<Vec<FacetCounts>>> {
        let key =
            CacheKey::new(Level::Queryset, QUERYSETS, format_args!("facets?{}", filter.row_key()));
        let (tags, filter) = (facet_tags_of(filter), filter.clone());
        let (database, ttl) = (self.database_for(true), self.cache.lifetimes().queryset);
        let is_rare = !filter.is_empty();
        let load = async move || -> Result<_> {
            let mut client = database.client().await?;
            let mut until = None;
            for status in COUNTED {
                let filter = ListingFilter { status, ..filter.clone() };
                let unchanged = unchanged_until(&client, &filter).await?;
                until = until.into_iter().chain(unchanged).min();
            }
            Ok(Fill::new(facets::count(&mut client, &filter, facets::READ).await?, ttl)
                .until(until))
        };
        self.cache.get_or_load(&key.rare_if(is_rare), tags, load).await
    }
}

/// The tags of a filter's facets: those of its lists of each status.
pub(super) fn facet_tags_of(filter: &ListingFilter) -> TagSet {
    let lists = COUNTED.map(|status| tags_of(&ListingFilter { status, ..filter.clone() }));
    lists.into_iter().flatten().collect()
}
