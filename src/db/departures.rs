//! The table `property_departure`: when listings left the lists that showed them.

use chrono::{DateTime, Utc};

use super::{DbError, GenericClient, Result, cached};
use crate::domain::ListingFilter;

/// The last time a listing left the list of a filter, or may have: it was deleted, moved to another location or, if the
/// filter has more than locations, edited. `None` if there was none.
pub async fn find_latest(
    client: &impl GenericClient,
    filter: &ListingFilter,
) -> Result<Option<DateTime<Utc>>> {
    let sql = include_str!("../../sql/queries/departure_find_latest.sql");
    let locations = filter.folded_locations();
    let locations: Vec<&str> = locations.iter().map(|place| place.as_str()).collect();
    let within = (!locations.is_empty()).then_some(locations);
    let others = ListingFilter { locations: Vec::new(), ..filter.clone() };
    let row = cached::one(client, sql, &[&within, &!others.is_empty()]).await?;
    row.try_get(0).map_err(|_| DbError::Corrupt("a time"))
}
