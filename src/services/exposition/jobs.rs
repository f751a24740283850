//! The metrics of background jobs: how many wait, and the results of those that this process ran.

use std::time::Duration;

use prometheus::proto::{Metric, MetricFamily};

use super::family::{COUNTER, GAUGE, amount, counter, family, gauge};
use crate::domain::JobKind;
use crate::services::jobs::figures::{Ended, JobFigures};

pub(super) fn families(figures: &JobFigures) -> Vec<MetricFamily> {
    let figures = figures.read();
    // The jobs are first counted right after the start.
    let counts = figures.counts.unwrap_or_default();
    let states =
        [("waiting", counts.waiting), ("running", counts.running), ("failed", counts.failed)];
    let mut families = vec![
        family(
            GAUGE,
            "jobs",
            "Background jobs in the database by state, for all instances; periodic ones are not waiting.",
            states.map(|(state, count)| gauge(&[("state", state)], count as f64)),
        ),
        family(
            GAUGE,
            "jobs_overdue_seconds",
            "How long the oldest background job that is due has waited for a worker.",
            [gauge(&[], counts.overdue.as_secs_f64())],
        ),
        family(
            GAUGE,
            "jobs_blocked",
            "Background jobs that wait because a server that they need, such as the mail server, can't be reached.",
            [gauge(&[], counts.blocked as f64)],
        ),
    ];
    let each = |metric: fn(&[(&str, &str)], Ended) -> Metric| {
        let pairs = JobKind::ALL
            .into_iter()
            .flat_map(|kind| ["done", "failed"].map(|outcome| (kind.name(), outcome)));
        let ended = figures.ended.clone();
        pairs.map(move |(kind, outcome)| {
            let ended = ended.get(&(kind, outcome)).copied().unwrap_or_default();
            metric(&[("kind", kind), ("outcome", outcome)], ended)
        })
    };
    families.push(family(
        COUNTER,
        "job_tries_total",
        "Tries of background jobs that this process ran, by kind and outcome.",
        each(|pairs, ended| counter(pairs, ended.count)),
    ));
    families.push(family(
        COUNTER,
        "job_duration_seconds_total",
        "Time that these tries took; divided by their number, the mean duration.",
        each(|pairs, Ended { time, .. }: Ended| amount(pairs, Duration::as_secs_f64(&time))),
    ));
    families
}
