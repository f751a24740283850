//! Fills the caches before readers come, once at a time.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;
use utoipa::ToSchema;

use super::Management;
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

/// How many pages of each order are warmed.
const PAGES: u16 = 3;

impl Management {
    /// The progress of warming, or the result of the last run.
    pub fn warm_state(&self) -> WarmState {
        self.warming.state()
    }

    /// Begins to warm the caches in the background; `None` when that is under way already. The caller that waits for the task
    /// learns what came of it.
    pub fn start_warming(&self) -> Option<tokio::task::JoinHandle<Result<Warmed>>> {
        let this = self.warming.begin().then(|| self.clone())?;
        Some(tokio::spawn(async move {
            let mut ending = Ending(&this.warming, None);
            let warmed = this.warm(&|_, _| {}).await;
            ending.1 = warmed.as_ref().err().map(ToString::to_string);
            warmed
        }))
    }

    /// Fetches the first pages of the list in each order, and the page of every listing on them. `progress` is told how
    /// many have been asked for, and how many there are.
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
        for sort in Sort::ALL {
            for page in 1..=PAGES {
                let query =
                    ListingQuery { sort, ..ListingQuery::default() }.at(Position::Page(page));
                // The page is made of this as well.
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

/// The progress of the current or the last warming.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = Warming)]
pub struct WarmState {
    /// Whether one is under way.
    pub running: bool,
    /// How many pages there are to fetch; 0 before that is known.
    pub total: u64,
    /// Pages that were fetched.
    pub pages: u64,
    /// Pages that could not be fetched.
    pub failed: u64,
    /// How long it has taken so far, in milliseconds; null when the cache was not warmed yet.
    #[schema(required = true)]
    pub duration_ms: Option<u64>,
    /// Why it ended early.
    #[schema(required = true)]
    pub problem: Option<String>,
}

/// The one warming that may be under way.
#[derive(Debug, Default)]
pub(super) struct Warming(Mutex<(WarmState, Option<Instant>)>);

impl Warming {
    fn lock(&self) -> MutexGuard<'_, (WarmState, Option<Instant>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins, unless one is under way.
    pub(super) fn begin(&self) -> bool {
        let mut inner = self.lock();
        if inner.0.running {
            return false;
        }
        let state = WarmState { running: true, ..WarmState::default() };
        *inner = (state, Some(Instant::now()));
        true
    }

    pub(super) fn note(&self, change: impl FnOnce(&mut WarmState)) {
        change(&mut self.lock().0);
    }

    pub(super) fn end(&self, problem: Option<String>) {
        let state = self.state();
        let mut inner = self.lock();
        inner.0 = WarmState { running: false, problem, ..state };
        inner.1 = None;
    }

    pub(super) fn state(&self) -> WarmState {
        let inner = self.lock();
        let (state, began) = &*inner;
        let taken =
            began.map(|began| u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        WarmState { duration_ms: taken.or(state.duration_ms), ..state.clone() }
    }
}

/// Ends a warming however its task ends.
pub(super) struct Ending<'a>(pub(super) &'a Warming, pub(super) Option<String>);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.end(self.1.take());
    }
}
