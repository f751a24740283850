//! The overview for staff: the number of listings of each status, and those that need attention.

use chrono::{DateTime, Utc};

use super::{GenericClient, Result, cached};
use crate::domain::{PropertyId, Status};

/// How many listings are looked at, those that were changed last: however large the site is, this takes some milliseconds.
pub const LOOKED_AT: i64 = 10_000;
/// A description of fewer characters is short.
pub const SHORT: i32 = 100;
/// How long a listing may be under offer.
const OFFER: &str = "60 days";

/// A listing that needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Why: `photo`, `description`, `offer` or `draft`.
    pub kind: String,
    /// The listing.
    pub id: PropertyId,
    /// Its headline.
    pub title: String,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// How many listings there are of this kind.
    pub total: i64,
}

/// How many listings have each status.
pub async fn totals(client: &impl GenericClient) -> Result<Vec<(Status, i64)>> {
    let sql = "SELECT status, sum(rows)::bigint FROM property_tally GROUP BY status";
    let found: Vec<(String, i64)> =
        cached::list(client, sql, &[], |row| (row.get(0), row.get(1))).await?;
    let total = |status: Status| {
        let row = found.iter().find(|(name, _)| name == status.name());
        (status, row.map_or(0, |(_, rows)| *rows))
    };
    Ok(Status::ALL.map(total).to_vec())
}

/// Listings that need attention, at most `limit` of each kind.
pub async fn list(client: &impl GenericClient, limit: i64) -> Result<Vec<Noted>> {
    let sql = include_str!("../../sql/queries/attention_list.sql");
    let noted = |row: &tokio_postgres::Row| Noted {
        kind: row.get(0),
        id: PropertyId(row.get(1)),
        title: row.get(2),
        updated_at: row.get(3),
        total: row.get(4),
    };
    cached::list(client, sql, &[&LOOKED_AT, &SHORT, &OFFER, &limit], noted).await
}
