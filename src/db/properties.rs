//! The table `property`.

use std::time::Duration;

use rust_decimal::prelude::ToPrimitive as _;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::fact_columns::{self, COLUMNS_BEFORE_OPTIONAL, columns, statement};
use super::{DbError, GenericClient, Result, cached, listing_sql};
use crate::domain::{
    Count, Description, Direction, Facts, FoldedLocation, ListingFilter, ListingQuery, Location,
    NewProperty, Position, Price, PriceBand, Property, PropertyId, Radius, Sort, SortKey,
    SortValue, Status, Title,
};

/// The number of listings on each side of a price among which the most similar ones are chosen.
const CANDIDATES: i64 = 16;

/// The rows of one page of a list, in its order.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The page's rows.
    pub properties: Vec<Property>,
    /// Whether more rows lie beyond the page, in the direction that was walked.
    pub more: bool,
}

/// Finds one property.
pub async fn find(client: &impl GenericClient, id: PropertyId) -> Result<Option<Property>> {
    find_by(client, statement!("sql/queries/property_find.sql"), id).await
}

/// Finds one property and keeps others from changing it until the transaction ends.
pub async fn find_locked(client: &impl GenericClient, id: PropertyId) -> Result<Option<Property>> {
    find_by(client, statement!("sql/queries/property_find_locked.sql"), id).await
}

async fn find_by(
    client: &impl GenericClient,
    sql: &'static str,
    id: PropertyId,
) -> Result<Option<Property>> {
    cached::find(client, sql, &[&id.0], property).await?.transpose()
}

/// Finds several properties, by id.
pub async fn list_by_id(client: &impl GenericClient, ids: &[PropertyId]) -> Result<Vec<Property>> {
    let sql = statement!("sql/queries/property_list_by_id.sql");
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    cached::list(client, sql, &[&ids], property).await?
}

/// Lists the page that a query asks for. `total` is the number of rows of the whole list, where it is known.
pub async fn list(
    client: &impl GenericClient,
    query: &ListingQuery,
    total: Option<Count>,
) -> Result<Rows> {
    let few = has_few(client, query, total).await?;
    let mut properties: Vec<_> = Vec::new();
    for radius in reaches(query, few) {
        let mut nearer = query.clone();
        nearer.filter.radius = radius;
        let statement = listing_sql::page(&nearer, few);
        let rows: Result<_, _> =
            cached::list(client, &statement.sql, &statement.references(), property).await?;
        properties = rows?;
        if properties.len() > usize::from(query.page_size) {
            break;
        }
    }
    let more = properties.len() > usize::from(query.page_size);
    properties.truncate(usize::from(query.page_size));
    if let Position::Cursor(cursor) = &query.position
        && cursor.direction == Direction::Backward
    {
        properties.reverse();
    }
    Ok(Rows { properties, more })
}

/// The first search radius for a page's rows; it grows if it finds too few. The nearest rows are the
/// same for any radius, and no index has them in the order of their distances.
fn reaches(query: &ListingQuery, few: bool) -> impl Iterator<Item = Radius> {
    let radius = query.filter.radius;
    let (mut least, mut most) = (0, radius.metres());
    if let (Position::Cursor(cursor), Some(near)) = (&query.position, query.filter.near)
        && let SortValue::Place(Some(place)) = cursor.value
    {
        // More than it is, because the database decides.
        let metres = near.metres_to(place).mul_add(1.01, 2.0);
        let metres = metres.to_u32().unwrap_or(most);
        match cursor.direction {
            Direction::Forward => least = metres,
            Direction::Backward => most = most.min(metres),
        }
    }
    // Backward, the rows that are wanted are the farthest ones.
    let is_backward = matches!(&query.position, Position::Cursor(cursor) if cursor.direction == Direction::Backward);
    let steps = match (query.sort.key, few || is_backward) {
        (SortKey::Distance, false) => 6,
        _ => 0,
    };
    let reaches = (0..=steps).rev().map(move |halvings| (most >> halvings).max(1));
    let reaches = reaches.filter(move |metres| *metres > least || *metres == most);
    reaches.map(move |metres| radius.at_most(metres))
}

/// How many rows are few enough to find and sort all of them. By distance they are looked for step by step otherwise. In the
/// order of their age they are rarely far apart; but in the order of a fact they may all be at the end of a walk, such as those
/// with many bedrooms in the order of the area.
fn few(sort: Sort) -> i64 {
    match sort.key {
        SortKey::Distance => 1_000,
        SortKey::Added => 2_000,
        SortKey::Fact(_) => Count::PUBLIC_LIMIT,
    }
}

/// Whether so few rows match that finding and sorting all of them costs less than walking the list in its order until the page
/// is full. An index has the rows of a location in their order.
async fn has_few(
    client: &impl GenericClient,
    query: &ListingQuery,
    total: Option<Count>,
) -> Result<bool> {
    if !query.filter.is_found_by_total() {
        return Ok(false);
    }
    let total = match total {
        Some(total) => total,
        None => count(client, &query.filter).await?,
    };
    Ok(total.is_exact && total.number <= few(query.sort))
}

/// The page that a query asks for, and the number of rows of the whole list.
pub async fn list_and_count(
    client: &impl GenericClient,
    query: &ListingQuery,
) -> Result<(Rows, Count)> {
    let count = count(client, &query.filter);
    if query.filter.is_found_by_total() {
        let total = count.await?;
        let rows = match total.number {
            0 => Rows { properties: Vec::new(), more: false },
            _ => list(client, query, Some(total)).await?,
        };
        return Ok((rows, total));
    }
    // Both in one round trip.
    tokio::try_join!(list(client, query, None), count)
}

/// The time until the first listing becomes older than a filter's `since` allows; `None` if there is none that
/// could. Of the rest of the filter, only the locations are used, because finding a listing by them is cheap.
pub async fn since_left(
    client: &impl GenericClient,
    filter: &ListingFilter,
) -> Result<Option<Duration>> {
    let Some(days) = filter.since else { return Ok(None) };
    let oldest = listing_sql::oldest(filter, days);
    let seconds =
        cached::find(client, &oldest.sql, &oldest.references(), |row| row.get::<_, f64>(0)).await?;
    Ok(seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()))
}

/// Counts the rows that a filter selects, as public lists do.
pub async fn count(client: &impl GenericClient, filter: &ListingFilter) -> Result<Count> {
    let limit = Count::PUBLIC_LIMIT;
    let statement = listing_sql::count(filter, limit.saturating_add(1));
    let found = cached::one(client, &statement.sql, &statement.references()).await?.get(0);
    Ok(match listing_sql::is_tallied(filter) {
        true => Count::exact(found),
        false => Count::up_to(limit, found),
    })
}

/// The properties in the same place and price band as one, without it: of the ones with the nearest prices, those with
/// the most similar facts, the most similar first. None of them hides its price, which the band would reveal. For a
/// property that hides its price, the newest ones in its place are compared.
pub async fn list_similar(
    client: &impl GenericClient,
    to: &Property,
    limit: usize,
) -> Result<Vec<Property>> {
    let place = FoldedLocation::of(&to.location);
    if to.public_price().is_none() {
        let sql = statement!("sql/queries/property_list_in_place.sql");
        let given: [&(dyn ToSql + Sync); 3] = [&place.as_str(), &to.id.0, &CANDIDATES];
        let found: Result<_> = cached::list(client, sql, &given, property).await?;
        return Ok(most_similar(to, found?, limit));
    }
    let (place, price, band) = (place.as_str(), to.price.as_decimal(), PriceBand::of(to.price));
    let (floor, end) = (band.floor(), band.end());
    // An index gives both from the price on, for any number of rows in the band.
    let sql = statement!("sql/queries/property_list_similar.sql");
    let given: [&(dyn ToSql + Sync); 6] = [&place, &floor, &price, &end, &to.id.0, &CANDIDATES];
    let found: Result<Vec<_>> = cached::list(client, sql, &given, property).await?;
    let mut found = found?;
    found.sort_by_key(|other| ((other.price.as_decimal() - price).abs(), other.id));
    Ok(most_similar(to, found, limit))
}

/// The properties with the facts most similar to those of one; equally similar ones in the order in which they are given.
fn most_similar(to: &Property, mut found: Vec<Property>, limit: usize) -> Vec<Property> {
    found.retain(|other| to.is_offered_like(other));
    found.sort_by_key(|other| to.unlike(other));
    found.truncate(limit);
    found
}

/// Adds a property.
pub async fn insert(client: &impl GenericClient, new: &NewProperty) -> Result<Property> {
    let sql = statement!("sql/queries/property_insert.sql");
    let values = columns(new.values());
    let values = values.each_ref().map(|value| value as &(dyn ToSql + Sync));
    property(&cached::one(client, sql, &values).await?)
}

/// Changes a property; `None` when it doesn't exist.
pub async fn update(
    client: &impl GenericClient,
    id: PropertyId,
    new: &NewProperty,
) -> Result<Option<Property>> {
    write(client, statement!("sql/queries/property_update.sql"), id, new).await
}

/// Writes a property's number and fields by a statement that returns the row, or none.
pub(super) async fn write(
    client: &impl GenericClient,
    sql: &str,
    id: PropertyId,
    new: &NewProperty,
) -> Result<Option<Property>> {
    let values = columns(new.values());
    let id: &(dyn ToSql + Sync) = &id.0;
    let values = values.iter().map(|value| value as &(dyn ToSql + Sync));
    let parameters: Vec<_> = [id].into_iter().chain(values).collect();
    cached::find(client, sql, &parameters, property).await?.transpose()
}

/// Sets the status of a property.
pub async fn set_status(client: &impl GenericClient, id: PropertyId, status: Status) -> Result<()> {
    let sql = "UPDATE property SET status = $2 WHERE id = $1";
    cached::execute(client, sql, &[&id.0, &status.name()]).await.map(drop)
}

/// Deletes properties by id in one statement; returns how many existed.
pub async fn delete(client: &impl GenericClient, ids: &[PropertyId]) -> Result<u64> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    cached::execute(client, "DELETE FROM property WHERE id = ANY($1)", &[&ids]).await
}

/// The statement of the list's first page and one row more. It has no parameters.
pub fn first_page_sql() -> String {
    listing_sql::page(&ListingQuery::default(), false).sql
}

/// Reads a row of [`first_page_sql`], or of another statement with the same columns.
pub fn property(row: &Row) -> Result<Property> {
    let time = |at: usize| row.try_get(at).map_err(|_| DbError::Corrupt("a time"));
    let mut optional = COLUMNS_BEFORE_OPTIONAL..;
    Ok(Property {
        id: PropertyId(row.get(0)),
        title: Title::from_database(row.get(1)),
        description: Description::from_database(row.get(2)),
        price: Price::from_decimal(row.get(3)).ok_or(DbError::Corrupt("price"))?,
        location: Location::from_database(row.get(4)),
        created_at: time(5)?,
        updated_at: time(6)?,
        facts: Facts::read(|fact| match optional.next() {
            Some(at) => fact_columns::read(row, at, fact),
            None => Ok(None),
        })?,
    })
}
