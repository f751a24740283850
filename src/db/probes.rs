//! The rows of the table `property` that signals tests add and delete.

use std::time::Duration;

use super::{GenericClient, Result, cached};
use crate::domain::PropertyId;

/// Who the event log names where a signals test changes its probe.
pub const ACTOR: &str = "cache signals test";
/// The probes' title.
pub const TITLE: &str = "Cache signals test";

/// Lists those with the probes' title, at places that begin so and go on with a hexadecimal number, that are at least so old.
pub async fn list(
    client: &impl GenericClient,
    place: &str,
    age: Duration,
) -> Result<Vec<PropertyId>> {
    let sql = include_str!("../../sql/queries/probe_list.sql");
    let (folded, age) = (place.to_lowercase(), age.as_secs_f64());
    cached::list(client, sql, &[&TITLE, &folded, &age], |row| PropertyId(row.get(0))).await
}
