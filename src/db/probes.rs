//! The rows of `property` that signals tests add and delete.

use std::time::Duration;

use super::{GenericClient, Result, cached};
use crate::domain::PropertyId;

/// The actor of a signals test in the event log.
pub const ACTOR: &str = "cache signals test";
/// The title of the probes.
pub const TITLE: &str = "Cache signals test";

/// The probes of at least this age, whose locations consist of this prefix and a hexadecimal number.
pub async fn list(
    client: &impl GenericClient,
    place: &str,
    age: Duration,
) -> Result<Vec<PropertyId>> {
    let sql = include_str!("../../sql/queries/probe_list.sql");
    let (folded, age) = (place.to_lowercase(), age.as_secs_f64());
    cached::list(client, sql, &[&TITLE, &folded, &age], |row| PropertyId(row.get(0))).await
}
