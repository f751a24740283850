//! Cache management for operators: statistics, clearing, tests, load tests, warming.

mod advice;
pub(super) mod clearing;
pub(super) mod explanation;
pub(super) mod figures;
mod figures_json;
pub(super) mod history;
pub(super) mod instances;
pub(super) mod keys;
pub(super) mod load_test;
pub(super) mod overview;
pub(super) mod rating;
mod reporting;
mod sampling;
pub(super) mod signals;
mod status;
pub(super) mod streams;
pub(super) mod warm;
pub(super) mod warming;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Semaphore, watch};

use super::{Editor, Listings, Loopback};
use crate::cache::Cache;
use crate::db::Database;
use crate::db::probes::ACTOR;
use history::CacheHistory;
use instances::Reports;
use keys::LastKeys;
use warming::Warming;

/// Manages the cache; cheap to clone.
#[derive(Clone)]
pub struct Management {
    database: Database,
    cache: Cache,
    listings: Listings,
    editor: Editor,
    loopback: Loopback,
    load_test: Arc<Semaphore>,
    warming: Arc<Warming>,
    /// The places of the probe listings that may exist.
    probes: Arc<watch::Sender<BTreeSet<String>>>,
    history: Arc<CacheHistory>,
    last_keys: Arc<LastKeys>,
    /// The last reports of the other instances.
    reports: Arc<watch::Sender<Reports>>,
    started: Instant,
}

impl Management {
    pub(super) fn new(
        database: Database,
        cache: Cache,
        listings: Listings,
        editor: Editor,
        loopback: Loopback,
    ) -> Self {
        let load_test = Arc::new(Semaphore::new(1));
        cache.fold_invalidations_of(ACTOR, "probe listings of the signals test");
        Self {
            database,
            cache,
            listings,
            editor,
            loopback,
            load_test,
            warming: Arc::default(),
            probes: Arc::default(),
            history: Arc::default(),
            last_keys: Arc::default(),
            reports: Arc::new(watch::Sender::new(None)),
            started: Instant::now(),
        }
    }
}
