//! The data of the admin's first page: the number of listings of each status, and those that need attention.

use super::{Editor, Result};
use crate::db::attention::{self, LOOKED_AT, Noted};
use crate::domain::Status;

/// How many listings of a kind are named.
const NAMED: i64 = 5;

/// The state of the site's listings.
#[derive(Debug, Clone, Default)]
pub struct Attention {
    /// How many listings have each status.
    pub totals: Vec<(Status, i64)>,
    /// Listings that need attention, by their kinds.
    pub noted: Vec<Noted>,
    /// How many listings were looked at, where there are more.
    pub looked_at: Option<i64>,
}

impl Editor {
    /// The state of the site's listings, straight from the database.
    pub async fn attention(&self) -> Result<Attention> {
        let client = self.database.client().await?;
        // In one round trip.
        let (totals, noted) =
            tokio::try_join!(attention::totals(&client), attention::list(&client, NAMED))?;
        let all: i64 = totals.iter().map(|(_, listings)| listings).sum();
        Ok(Attention { totals, noted, looked_at: (all > LOOKED_AT).then_some(LOOKED_AT) })
    }
}
