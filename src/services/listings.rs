//! Reading listings, through the queryset and count caches.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::Result;
use super::families::{COUNTS, QUERYSETS};
use crate::cache::{Cache, CacheKey, Cached, Fill, Level, TagSet};
use crate::db::{Class, Client, Database, properties};
use crate::domain::{
    Count, Cursor, Direction, ListingFilter, ListingQuery, MAX_PAGE, Position, Property,
    PropertyId, Status, StatusFilter,
};
use crate::events::kinds;

/// How long the absence of a listing is remembered.
const ABSENT_TTL: Duration = Duration::from_secs(60);

/// One page of a list.
#[derive(Debug, Clone)]
pub struct ListingPage {
    /// Its rows, in order.
    pub properties: Vec<Property>,
    /// Whether more rows lie beyond, in the direction that was walked.
    pub more: bool,
    /// How many rows the whole list has.
    pub total: Count,
}

impl ListingPage {
    /// How many pages may be asked for by number.
    pub fn page_count(&self, page_size: u16) -> u16 {
        let pages = u64::try_from(self.total.number).unwrap_or(0).div_ceil(u64::from(page_size));
        u16::try_from(pages).unwrap_or(u16::MAX).clamp(1, MAX_PAGE)
    }

    /// The positions after and before this page. The next is always a cursor, so that walking costs the same on every
    /// page.
    pub fn neighbours(&self, query: &ListingQuery) -> [Option<Position>; 2] {
        let cursor = |property: Option<&Property>, direction| {
            property.map(|property| Position::Cursor(Cursor::at(property, query.sort, direction)))
        };
        let next = || cursor(self.properties.last(), Direction::Forward);
        let previous = || cursor(self.properties.first(), Direction::Backward);
        match &query.position {
            Position::Page(1) => [self.more.then(next).flatten(), None],
            Position::Page(number) => {
                [self.more.then(next).flatten(), Some(Position::Page(number - 1))]
            }
            Position::Cursor(at) => match at.direction {
                Direction::Forward => [self.more.then(next).flatten(), previous()],
                Direction::Backward => [next(), self.more.then(previous).flatten()],
            },
        }
    }
}

/// Rows as the queryset cache keeps them.
#[derive(Clone, Serialize, Deserialize)]
struct CachedRows {
    properties: Vec<Property>,
    more: bool,
}

/// Reads listings; cheap to clone.
#[derive(Clone)]
pub struct Listings {
    pub(super) database: Database,
    pub(super) cache: Cache,
}

impl Listings {
    /// The page that a query asks for.
    pub async fn list(&self, query: &ListingQuery) -> Result<Cached<ListingPage>> {
        let count = self.count(&query.filter);
        let (rows, count) = match query.filter.is_found_by_total() {
            true => {
                let count = count.await?;
                (self.rows(query, Some(count.tagged.value)).await?, count)
            }
            false => tokio::try_join!(self.rows(query, None), count)?,
        };
        let page = |(rows, total): (CachedRows, Count)| ListingPage {
            properties: rows.properties,
            more: rows.more,
            total,
        };
        Ok(Cached { tagged: rows.tagged.and(count.tagged).map(page), outcome: rows.outcome })
    }

    /// A page's rows. `total` is the number of the whole list's, where it is known.
    async fn rows(&self, query: &ListingQuery, total: Option<Count>) -> Result<Cached<CachedRows>> {
        let (database, wanted) = (self.database_for(query.is_costly()), query.clone());
        let ttl = self.cache.lifetimes().queryset;
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let until = unchanged_until(&client, &wanted.filter).await?;
            let rows = properties::list(&client, &wanted, total).await?;
            let value = CachedRows { properties: rows.properties, more: rows.more };
            Ok(Fill::new(value, ttl).until(until))
        };
        let tags = tags_of(&query.filter);
        self.cache.get_or_load_early(&Self::list_key(query), tags, load).await
    }

    /// How many listings a filter selects.
    pub(super) async fn count(&self, filter: &ListingFilter) -> Result<Cached<Count>> {
        let (database, wanted) = (self.database_for(filter.is_costly()), filter.clone());
        let ttl = self.cache.lifetimes().count;
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let until = unchanged_until(&client, &wanted).await?;
            Ok(Fill::new(properties::count(&client, &wanted).await?, ttl).until(until))
        };
        let (key, tags) = (Self::count_key(filter), tally_tags_of(filter));
        self.cache.get_or_load_early(&key, tags, load).await
    }

    /// The listing next to one in a result; `None` at its end.
    pub async fn neighbour(
        &self,
        of: &Property,
        result: &ListingQuery,
        direction: Direction,
    ) -> Result<Option<PropertyId>> {
        let mut query = result.at(Position::Cursor(Cursor::at(of, result.sort, direction)));
        query.page_size = 1;
        let total = match query.filter.is_found_by_total() {
            true => Some(self.count(&query.filter).await?.tagged.value),
            false => None,
        };
        let rows = self.rows(&query, total).await?.tagged.value;
        Ok(rows.properties.first().map(|property| property.id))
    }

    /// One listing; its absence is cached too, for a minute.
    pub async fn find(&self, id: PropertyId) -> Result<Cached<Option<Property>>> {
        let key = Self::detail_key(id);
        // A missing listing appears when a listing is added. A tag of its own would be one more key for each number that
        // a client makes up.
        let tags = TagSet::from([kinds::property(id), kinds::absent()]);
        let (database, lifetimes) = (self.database.clone(), self.cache.lifetimes());
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let value = properties::find(&client, id).await?;
            Ok(match value.is_some() {
                true => Fill::new(value, lifetimes.queryset).only([kinds::property(id)]),
                false => Fill::new(value, ABSENT_TTL).only([kinds::absent()]).rare(),
            })
        };
        self.cache.get_or_load(&key, tags, load).await
    }

    /// One listing straight from the database: what an edit starts from.
    pub async fn find_uncached(&self, id: PropertyId) -> Result<Option<Property>> {
        Ok(properties::find(&self.database.of(Class::Staff).client().await?, id).await?)
    }

    /// Several listings straight from the database, newest first.
    pub async fn list_by_id(&self, ids: &[PropertyId]) -> Result<Vec<Property>> {
        Ok(properties::list_by_id(&self.database.of(Class::Staff).client().await?, ids).await?)
    }

    /// The database for work that may be costly.
    pub(super) fn database_for(&self, is_costly: bool) -> Database {
        self.database.of(if is_costly { Class::Expensive } else { Class::Public })
    }

    /// The key of a query's rows.
    pub(super) fn list_key(query: &ListingQuery) -> CacheKey {
        let name = format_args!("list?{}", query.row_key());
        CacheKey::new(Level::Queryset, QUERYSETS, name).rare_if(!query.is_usual())
    }

    /// The key of a listing.
    pub(super) fn detail_key(id: PropertyId) -> CacheKey {
        CacheKey::new(Level::Queryset, QUERYSETS, format_args!("detail/{id}"))
    }

    /// The key of a filter's count.
    pub(super) fn count_key(filter: &ListingFilter) -> CacheKey {
        let name = format_args!("list?{}", filter.row_key());
        CacheKey::new(Level::Count, COUNTS, name).rare_if(!filter.is_empty())
    }
}

/// When a filter's result changes without a write: when the first listing becomes too old for it. `None` if
/// it does not. This is read before the rows, so that no listing leaves unnoticed in between.
pub(super) async fn unchanged_until(
    client: &Client,
    filter: &ListingFilter,
) -> Result<Option<Instant>> {
    let asked = Instant::now();
    let left = properties::since_left(client, filter).await?;
    Ok(left.map(|left| asked + left))
}

/// The tags of a list: that of closed listings, those of the locations that it is limited to, or that of all listings.
pub(super) fn tags_of(filter: &ListingFilter) -> TagSet {
    if filter.status == StatusFilter::Only(Status::Closed) {
        return TagSet::from([kinds::closed()]);
    }
    let locations = filter.folded_locations();
    match locations.is_empty() {
        true => TagSet::from([kinds::properties()]),
        false => locations.iter().map(kinds::location).collect(),
    }
}

/// The tags of the numbers of listings, as a whole and by place, that a filter selects.
pub(super) fn tally_tags_of(filter: &ListingFilter) -> TagSet {
    match *filter == ListingFilter::default() {
        true => TagSet::from([kinds::tally()]),
        false => tags_of(filter),
    }
}
