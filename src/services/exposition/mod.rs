//! The figures of this instance in Prometheus's text format, with base units and names by its conventions
//! (<https://prometheus.io/docs/practices/naming/>).
//!
//! **Invariant:** no request to a server is made, so that the metrics are available during any outage.

mod alerts;
mod cache;
mod family;
mod instance;
mod jobs;
mod requests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use family::{COUNTER, counter, family};
use prometheus::{Encoder as _, TextEncoder};

use super::alerts::AlertFigures;
use super::jobs::figures::JobFigures;
use super::{Drain, Limiter, Traffic};
use crate::cache::Cache;
use crate::db::Database;

/// The media type of the text format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Shows the figures; cheap to clone.
#[derive(Clone)]
pub struct Exposition {
    pub(super) database: Database,
    pub(super) cache: Cache,
    pub(super) traffic: Traffic,
    pub(super) expensive: Limiter,
    pub(super) jobs: JobFigures,
    pub(super) rejected: Arc<AtomicU64>,
    pub(super) alerts: AlertFigures,
    pub(super) drain: Drain,
}

impl Exposition {
    /// The figures now.
    pub fn text(&self) -> String {
        let families: Vec<_> = requests::families(&self.traffic)
            .into_iter()
            .chain(requests::turns(&self.expensive.report()))
            .chain(cache::families(&self.cache))
            .chain(instance::families(&self.database, &self.drain))
            .chain(jobs::families(&self.jobs))
            .chain(alerts::families(&self.alerts))
            .chain([family(
                COUNTER,
                "enquiries_rejected_total",
                "Enquiries that this process rejected as spam or as too many.",
                [counter(&[], self.rejected.load(Ordering::Relaxed))],
            )])
            .collect();
        let mut text = Vec::new();
        match TextEncoder::new().encode(&families, &mut text) {
            Ok(()) => String::from_utf8_lossy(&text).into_owned(),
            // Fails only for a family without metrics, or a full buffer; there is neither.
            Err(err) => {
                log::error!("the metrics can't be written: {err}");
                String::new()
            }
        }
    }
}
