//! Fills the caches before readers come.

use serde::Serialize;

use super::Management;
use crate::domain::{ListingQuery, Position, Sort};
use crate::services::ServiceError;

/// What was warmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Warmed {
    /// Pages that are in the cache now.
    pub pages: u64,
    /// Pages that could not be fetched.
    pub failed: u64,
}

/// How many pages of each order are warmed.
const PAGES: u16 = 3;

impl Management {
    /// Fetches the first pages of the list in each order, and the page of every listing on the first of them.
    /// `progress` is told how many have been asked for, and how many there are.
    ///
    /// # Errors
    /// When the site doesn't listen or the database can't answer.
    pub async fn warm(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Warmed, ServiceError> {
        let Some(client) = self.loopback.client()? else {
            return Err(ServiceError::Interrupted);
        };
        let first = self
            .listings
            .list_uncached(&ListingQuery::default())
            .await?;
        let last = first
            .page_count(ListingQuery::default().page_size)
            .min(PAGES);
        let mut paths = Vec::new();
        for sort in Sort::ALL {
            for page in 1..=last {
                let query = ListingQuery {
                    sort,
                    ..ListingQuery::default()
                }
                .at(Position::Page(page));
                paths.push(format!("/properties/?{}", query.canonical()));
            }
        }
        paths.extend(
            first
                .properties
                .iter()
                .map(|property| format!("/properties/{}/", property.id)),
        );
        let mut warmed = Warmed {
            pages: 0,
            failed: 0,
        };
        let total = paths.len() as u64;
        for path in paths {
            match client.get(path.trim_end_matches('?')).await {
                Some(_) => warmed.pages += 1,
                None => warmed.failed += 1,
            }
            progress(warmed.pages + warmed.failed, total);
        }
        Ok(warmed)
    }
}
