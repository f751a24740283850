//! The metrics of this program: its build, its process, and its connections to the database.

use prometheus::proto::MetricFamily;

use super::family::{GAUGE, family, gauge};
use crate::db::{Database, PoolReport};
use crate::services::Drain;

pub(super) fn families(database: &Database, drain: &Drain) -> Vec<MetricFamily> {
    let version = [("version", env!("CARGO_PKG_VERSION")), ("build", env!("BUILD_ID"))];
    let build = family(
        GAUGE,
        "build_info",
        "Always 1; the labels hold the version and the build.",
        [gauge(&version, 1.0)],
    );
    let draining = family(
        GAUGE,
        "draining",
        "1 after the instance was asked to stop: it is not ready, and finishes its requests.",
        [gauge(&[], f64::from(u8::from(drain.is_begun())))],
    );
    let mut families = vec![build, draining];
    families.extend(pools(&database.pools()));
    families.extend(process());
    families
}

fn pools(pools: &[PoolReport]) -> [MetricFamily; 3] {
    let connections = pools.iter().flat_map(|pool| {
        let used = pool.open.saturating_sub(pool.idle);
        [("idle", pool.idle), ("used", used)]
            .map(|(state, count)| gauge(&[("pool", pool.name), ("state", state)], count as f64))
    });
    let each = |count: fn(&PoolReport) -> usize| {
        pools.iter().map(move |pool| gauge(&[("pool", pool.name)], count(pool) as f64))
    };
    [
        family(GAUGE, "database_pool_connections", "Open connections to PostgreSQL.", connections),
        family(
            GAUGE,
            "database_pool_limit",
            "Limit of connections per pool (DATABASE_POOL_SIZE).",
            each(|pool| pool.most),
        ),
        family(
            GAUGE,
            "database_pool_waiting",
            "Requests that are waiting for a connection.",
            each(|pool| pool.waiting),
        ),
    ]
}

/// Processor time, memory, open files and the start time, under their standard names.
#[cfg(target_os = "linux")]
fn process() -> Vec<MetricFamily> {
    use prometheus::core::Collector as _;
    prometheus::process_collector::ProcessCollector::for_self().collect()
}

/// The library can read these only on Linux.
#[cfg(not(target_os = "linux"))]
fn process() -> Vec<MetricFamily> {
    Vec::new()
}
