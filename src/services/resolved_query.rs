//! Resolves the texts of a query that are not a location's name: to the only location that contains the text, or to
//! suggestions.
//!
//! **Invariant:** the name of a location that has listings is never replaced, so its lists depend only on its own
//! listings.

use futures_util::future::try_join_all;

use super::places::OFFERED;
use super::{ListingPage, Listings, Result};
use crate::cache::{Cached, Tagged};
use crate::db::{Client, places, properties};
use crate::domain::{
    FoldedLocation, ListingFilter, ListingQuery, Location, Place, PlaceQuery, StatusFilter,
};

/// A query with its texts resolved.
#[derive(Debug, Clone)]
pub struct ResolvedQuery {
    /// The query that was answered.
    pub query: ListingQuery,
    /// Texts that are not the name of a location.
    pub unknown: Vec<UnknownPlace>,
}

/// A text that is not the name of a location.
#[derive(Debug, Clone)]
pub struct UnknownPlace {
    /// The text.
    pub asked: Location,
    /// The only location that contains the text, which was used instead.
    pub used: Option<Location>,
    /// The locations that contain the text, with the number of listings that match the rest of the query.
    pub offered: Vec<Place>,
}

/// The locations that contain a text; `None` if the text is a location's name.
type Candidates = Option<Vec<Place>>;

impl Listings {
    /// The page of the resolved query, and that query.
    pub async fn find_list(
        &self,
        query: &ListingQuery,
    ) -> Result<Cached<(ListingPage, ResolvedQuery)>> {
        let Some(resolved) = self.resolved(query).await? else {
            let Cached { tagged, outcome } = self.list(query).await?;
            let tagged = tagged.map(|page| (page, ResolvedQuery::itself(query)));
            return Ok(Cached { tagged, outcome });
        };
        let Cached { tagged, outcome } = self.list(&resolved.value.query).await?;
        let tagged = tagged.and(resolved);
        Ok(Cached { tagged, outcome })
    }

    /// The same directly from the database: no cache is read or written.
    pub async fn list_uncached(
        &self,
        query: &ListingQuery,
    ) -> Result<(ListingPage, ResolvedQuery)> {
        let client = self.database_for(query.is_costly()).client().await?;
        let resolved = resolve(&client, query).await?;
        let query = &resolved.query;
        let (rows, total) = properties::list_and_count(&client, query).await?;
        let page = ListingPage { properties: rows.properties, more: rows.more, total };
        Ok((page, resolved))
    }

    /// The resolved query; `None` if it has no locations.
    pub(super) async fn resolved(
        &self,
        query: &ListingQuery,
    ) -> Result<Option<Tagged<ResolvedQuery>>> {
        let status = query.filter.status;
        let named = query.filter.locations.iter().map(|location| self.named(location, status));
        let mut named = try_join_all(named).await?.into_iter();
        let Some(first) = named.next() else {
            return Ok(None);
        };
        let all = named.fold(first.map(|one| vec![one]), |all, next| {
            all.and(next).map(|(mut all, next)| {
                all.push(next);
                all
            })
        });
        let mut resolved = all.map(|candidates| ResolvedQuery::of(query, candidates));
        for at in 0..resolved.value.unknown.len() {
            if let Some(filter) = resolved.value.offer(at) {
                let total = self.count(&filter).await?.tagged;
                let places = self.places_of(&filter, total.value.number, OFFERED).await?.tagged;
                resolved = resolved.and(total).and(places).map(|((mut resolved, _), places)| {
                    resolved.unknown[at].offered = places;
                    resolved
                });
            }
        }
        Ok(Some(resolved))
    }

    async fn named(&self, location: &Location, status: StatusFilter) -> Result<Tagged<Candidates>> {
        let mut own = self.count(&only(location, status)).await?.tagged;
        // A location is one even if none of its listings has the status.
        if own.value.number == 0 && status != StatusFilter::Listed {
            let listed = self.count(&only(location, StatusFilter::Listed)).await?.tagged;
            own = own.and(listed).map(|(_, listed)| listed);
        }
        if own.value.number > 0 {
            return Ok(own.map(|_| None));
        }
        let places = self.places(&containing(location, status)).await?.tagged;
        Ok(own.and(places).map(|(_, places)| Some(places)))
    }
}

/// The resolved query, directly from the database.
pub(super) async fn resolve(client: &Client, query: &ListingQuery) -> Result<ResolvedQuery> {
    let status = query.filter.status;
    let mut candidates = Vec::new();
    for location in &query.filter.locations {
        let mut own = properties::count(client, &only(location, status)).await?;
        if own.number == 0 && status != StatusFilter::Listed {
            own = properties::count(client, &only(location, StatusFilter::Listed)).await?;
        }
        candidates.push(match own.number {
            0 => Some(places::list_by_name(client, location.as_str(), status, OFFERED).await?),
            _ => None,
        });
    }
    let mut resolved = ResolvedQuery::of(query, candidates);
    for at in 0..resolved.unknown.len() {
        if let Some(filter) = resolved.offer(at) {
            let total = properties::count(client, &filter).await?.number;
            resolved.unknown[at].offered = places::list(client, &filter, total, OFFERED).await?;
        }
    }
    Ok(resolved)
}

impl ResolvedQuery {
    /// A query that needs no resolution.
    pub fn itself(query: &ListingQuery) -> Self {
        Self { query: query.clone(), unknown: Vec::new() }
    }

    /// The query, with each text that has exactly one candidate replaced.
    fn of(query: &ListingQuery, candidates: Vec<Candidates>) -> Self {
        let mut query = query.clone();
        let mut unknown = Vec::new();
        for (location, candidates) in query.filter.locations.iter_mut().zip(candidates) {
            let Some(mut offered) = candidates else {
                continue;
            };
            let asked = location.clone();
            let mut used = None;
            if offered.len() == 1 {
                used = offered.pop().map(|place| place.location);
            }
            if let Some(used) = &used {
                *location = used.clone();
            }
            unknown.push(UnknownPlace { asked, used, offered });
        }
        let locations = &mut query.filter.locations;
        locations.sort_by_key(FoldedLocation::of);
        locations.dedup_by_key(|location| FoldedLocation::of(location));
        Self { query, unknown }
    }

    /// The filter for the candidates of an unknown location; `None` if there are none.
    fn offer(&self, at: usize) -> Option<ListingFilter> {
        let offered = self.unknown[at].offered.iter();
        let offered = offered.take(usize::try_from(OFFERED).unwrap_or(0));
        let locations: Vec<_> = offered.map(|place| place.location.clone()).collect();
        (!locations.is_empty()).then(|| ListingFilter { locations, ..self.query.filter.clone() })
    }
}

fn only(location: &Location, status: StatusFilter) -> ListingFilter {
    ListingFilter { locations: vec![location.clone()], status, ..ListingFilter::default() }
}

fn containing(location: &Location, status: StatusFilter) -> PlaceQuery {
    let filter = ListingFilter { status, ..ListingFilter::default() };
    PlaceQuery { name: Some(location.clone()), filter }
}
