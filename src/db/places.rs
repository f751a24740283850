//! The places that listings are in.

use super::listing_conditions::of_status;
use super::{GenericClient, Result, cached, listing_sql};
use crate::domain::{ListingFilter, Location, Place, StatusFilter};

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
    let status = filter.status;
    if listing_sql::is_tallied(filter) {
        return match among {
            None if status == StatusFilter::Listed => list_all(client, limit).await,
            among => list_among(client, among, "", status, limit).await,
        };
    }
    if !are_counted(filter, total) {
        let mut places = list_among(client, among, "", status, limit).await?;
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
    status: StatusFilter,
    limit: i64,
) -> Result<Vec<Place>> {
    list_among(client, None, letters, status, limit).await
}

/// The places with the most listings.
async fn list_all(client: &impl GenericClient, limit: i64) -> Result<Vec<Place>> {
    cached::list(client, &list_all_sql(limit), &[], place).await
}

/// The statement that lists the places with the most listings. It has no parameters, so a connection plans it once and not
/// once per query: the first page needs it.
pub fn list_all_sql(limit: i64) -> String {
    let sql = place_list(StatusFilter::Listed).replace("$1", "''");
    sql.replace("$2", &limit.to_string()).replace("$3", "NULL")
}

/// The statement that lists places by the tally of their listings of a status, or of those that are listed.
fn place_list(status: StatusFilter) -> String {
    let sql = include_str!("../../sql/queries/place_list.sql");
    sql.replace("{of_status}", &of_status(status))
}

/// The places with the most listings of some folded locations, or of all, whose names have these letters.
async fn list_among(
    client: &impl GenericClient,
    among: Option<Vec<String>>,
    letters: &str,
    status: StatusFilter,
    limit: i64,
) -> Result<Vec<Place>> {
    cached::list(client, &place_list(status), &[&letters, &limit, &among], place).await
}

fn place(row: &tokio_postgres::Row) -> Place {
    Place { location: Location::from_database(row.get(0)), listings: row.get(1) }
}
