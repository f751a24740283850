//! Warms the caches.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::Management;
use super::warming::{Ending, WarmState};
use crate::domain::{ListingQuery, Position, Sort};
use crate::services::{Result, ServiceError};

/// The result of warming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warmed {
    /// Pages that are in the cache now.
    pub pages: u64,
    /// Pages that could not be fetched.
    pub failed: u64,
}

/// The number of pages in each order that are warmed.
const PAGES: u16 = 3;

impl Management {
    /// The state of warming, or the result of the last run.
    pub fn warm_state(&self) -> WarmState {
        self.warming.state()
    }

    /// Begins to warm the caches in the background; `None` if this is already running. The returned task yields the
    /// result.
    pub fn start_warming(&self) -> Option<tokio::task::JoinHandle<Result<Warmed>>> {
        let this = self.begin_warming()?;
        Some(tokio::spawn(async move {
            let mut ending = Ending(&this.warming, None);
            let warmed = this.warm(&|_, _| {}).await;
            ending.1 = warmed.as_ref().err().map(ToString::to_string);
            warmed
        }))
    }

    fn begin_warming(&self) -> Option<Self> {
        self.warming.begin().then(|| self.clone())
    }

    /// Requests the first pages of the list in each order, and the page of every listing on them. `progress` receives
    /// the number of requested pages and the total.
    pub async fn warm(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Warmed> {
        let Some(client) = self.loopback.client() else {
            return Err(ServiceError::Interrupted);
        };
        let paths = self.paths_to_warm().await?;
        let mut warmed = Warmed { pages: 0, failed: 0 };
        let total = paths.len() as u64;
        self.warming.note(|state| state.total = total);
        for path in paths {
            match client.get(&path).await {
                Some(_) => warmed.pages += 1,
                None => warmed.failed += 1,
            }
            self.warming.note(|state| {
                (state.pages, state.failed) = (warmed.pages, warmed.failed);
            });
            progress(warmed.pages + warmed.failed, total);
        }
        Ok(warmed)
    }

    /// The list's first pages in each order, then the listings on them, each once.
    async fn paths_to_warm(&self) -> Result<Vec<String>> {
        let (mut paths, mut listings) = (Vec::new(), BTreeSet::new());
        for sort in Sort::all() {
            for page in 1..=PAGES {
                let query =
                    ListingQuery { sort, ..ListingQuery::default() }.at(Position::Page(page));
                // The page is made of this list.
                let list = Box::pin(self.listings.list(&query)).await?.tagged.value;
                let path = format!("/properties/?{}", query.canonical());
                paths.push(path.trim_end_matches('?').to_owned());
                listings.extend(list.properties.iter().map(|property| property.id));
                if page >= list.page_count(query.page_size) {
                    break;
                }
            }
        }
        paths.extend(listings.iter().rev().map(|id| format!("/properties/{id}/")));
        Ok(paths)
    }
}
