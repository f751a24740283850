//! The places that listings are in.

use deadpool_postgres::GenericClient;

use super::{DbError, listing_sql};
use crate::domain::{ListingFilter, Location, Place};

/// The most listings that are counted place by place: as many take some 20 ms, whatever the table's size.
const COUNTED: i64 = 5_000;

/// The places with the most listings that a filter selects, which are so many in `total`. Where they are too many to
/// be counted place by place, the places with the most listings of all, without numbers; or none, where the filter names
/// places itself.
///
/// # Errors
/// When the database can't answer.
pub async fn list(
    client: &impl GenericClient,
    filter: &ListingFilter,
    total: i64,
    limit: i64,
) -> Result<Vec<Place>, DbError> {
    let locations = filter.folded_locations();
    let named = locations
        .iter()
        .map(|location| location.as_str().to_owned());
    let named = (!locations.is_empty()).then(|| named.collect::<Vec<_>>());
    if filter.search.is_none() && filter.price_range() == (None, None) {
        return list_tallied(client, "", named, limit).await;
    }
    if total > COUNTED {
        if named.is_some() {
            return Ok(Vec::new());
        }
        let mut places = list_tallied(client, "", None, limit).await?;
        places.iter_mut().for_each(|place| place.listings = None);
        return Ok(places);
    }
    let statement = listing_sql::count_by_place(filter, limit);
    let prepared = client.prepare_cached(&statement.sql).await?;
    let rows = client.query(&prepared, &statement.references()).await?;
    Ok(rows.iter().map(place).collect())
}

/// The places whose names have these letters, those with the most listings first; case and accents don't matter.
///
/// # Errors
/// When the database can't answer.
pub async fn list_by_name(
    client: &impl GenericClient,
    letters: &str,
    limit: i64,
) -> Result<Vec<Place>, DbError> {
    let escaped = letters
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    list_tallied(client, &escaped, None, limit).await
}

/// The places whose names match a pattern and, unless it is `None`, are among some.
async fn list_tallied(
    client: &impl GenericClient,
    pattern: &str,
    among: Option<Vec<String>>,
    limit: i64,
) -> Result<Vec<Place>, DbError> {
    let sql = include_str!("../../sql/queries/place_list.sql");
    let statement = client.prepare_cached(sql).await?;
    let rows = client
        .query(&statement, &[&pattern, &limit, &among])
        .await?;
    Ok(rows.iter().map(place).collect())
}

fn place(row: &tokio_postgres::Row) -> Place {
    Place {
        location: Location::from_database(row.get(0)),
        listings: row.get(1),
    }
}
