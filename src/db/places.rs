//! The locations of listings.

use super::listing_conditions::of_status;
use super::{GenericClient, Result, cached, listing_sql};
use crate::domain::{ListingFilter, Location, Place, StatusFilter};

/// The largest number of listings that are counted by place: counting takes about 20 ms, whatever the table's size.
const COUNTED: i64 = 5_000;

/// The places with the most listings among the `total` that a filter selects; all of them for a filter with locations.
/// If there are too many listings to count by place, the filter's places, or the places with the most listings of all,
/// without numbers.
pub async fn list(
    client: &impl GenericClient,
    filter: &ListingFilter,
    total: i64,
    limit: i64,
) -> Result<Vec<Place>> {
    let chosen: Vec<String> =
        filter.folded_locations().iter().map(|location| location.as_str().to_owned()).collect();
    // All chosen places must be included: a missing one would seem to have no listings.
    let limit = limit.max(i64::try_from(chosen.len()).unwrap_or(limit));
    // A list of some locations does not depend on others.
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

/// Whether the places of a filter that selects `total` listings have numbers.
pub fn are_counted(filter: &ListingFilter, total: i64) -> bool {
    listing_sql::is_tallied(filter) || total <= COUNTED
}

/// The places whose names contain a text, those with the most listings first; case and accents don't matter.
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

/// The statement that lists the places with the most listings. It has no parameters, so that a connection plans it only
/// once: the first page needs it.
pub fn list_all_sql(limit: i64) -> String {
    let sql = place_list(StatusFilter::Listed).replace("$1", "''");
    sql.replace("$2", &limit.to_string()).replace("$3", "NULL")
}

/// The statement that lists places by the tally of their listings of a status, or of all listed ones.
fn place_list(status: StatusFilter) -> String {
    let sql = include_str!("../../sql/queries/place_list.sql");
    sql.replace("{of_status}", &of_status(status))
}

/// The places with the most listings among some folded locations, or all, whose names contain a text.
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
