//! The places that listings are in.

use super::{GenericClient, Result, cached, listing_sql};
use crate::domain::{ListingFilter, Location, Place};

/// The most listings that are counted place by place: as many take some 20 ms, for any size of the table.
const COUNTED: i64 = 5_000;

/// The places with the most listings that a filter selects, which are so many in `total`; of a filter with locations all
/// of them. Where they are too many to be counted place by place, the places with the most listings of all, or the
/// filter's own, without numbers.
pub async fn list(
    client: &impl GenericClient,
    filter: &ListingFilter,
    total: i64,
    limit: i64,
) -> Result<Vec<Place>> {
    let chosen: Vec<String> =
        filter.folded_locations().iter().map(|location| location.as_str().to_owned()).collect();
    // None of those that were chosen may be missing, or it would seem to have no listings.
    let limit = limit.max(i64::try_from(chosen.len()).unwrap_or(limit));
    // A list of some locations depends on no others.
    let among = (!chosen.is_empty()).then_some(chosen);
    if listing_sql::is_tallied(filter) {
        return match among {
            None => list_all(client, limit).await,
            Some(_) => list_among(client, among, "", limit).await,
        };
    }
    if !are_counted(filter, total) {
        let mut places = list_among(client, among, "", limit).await?;
        places.iter_mut().for_each(|place| place.listings = None);
        return Ok(places);
    }
    let statement = listing_sql::count_by_place(filter, limit);
    cached::list(client, &statement.sql, &statement.references(), place).await
}

/// Whether the places of a filter that selects so many listings come with their numbers.
pub fn are_counted(filter: &ListingFilter, total: i64) -> bool {
    listing_sql::is_tallied(filter) || total <= COUNTED
}

/// The places whose names have these letters, those with the most listings first; case and accents don't matter.
pub async fn list_by_name(
    client: &impl GenericClient,
    letters: &str,
    limit: i64,
) -> Result<Vec<Place>> {
    list_among(client, None, letters, limit).await
}

/// The places with the most listings.
async fn list_all(client: &impl GenericClient, limit: i64) -> Result<Vec<Place>> {
    let sql = include_str!("../../sql/queries/place_list_all.sql");
    let sql = sql.replace("/* limit */", &limit.to_string());
    cached::list(client, &sql, &[], place).await
}

/// The places with the most listings of some folded locations, or of all, whose names have these letters.
async fn list_among(
    client: &impl GenericClient,
    among: Option<Vec<String>>,
    letters: &str,
    limit: i64,
) -> Result<Vec<Place>> {
    let sql = include_str!("../../sql/queries/place_list.sql");
    cached::list(client, sql, &[&letters, &limit, &among], place).await
}

fn place(row: &tokio_postgres::Row) -> Place {
    Place { location: Location::from_database(row.get(0)), listings: row.get(1) }
}
