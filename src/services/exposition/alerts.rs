//! Alerts: how many there are, and how many requests for some were rejected.

use prometheus::proto::MetricFamily;

use super::family::{COUNTER, GAUGE, counter, family, gauge};
use crate::domain::AlertState;
use crate::services::alerts::AlertFigures;

pub(super) fn families(figures: &AlertFigures) -> [MetricFamily; 2] {
    let states = AlertState::ALL.map(AlertState::name).into_iter().zip(figures.counts());
    [
        family(
            GAUGE,
            "alerts",
            "Alerts of visitors in the database by state, for all instances.",
            states.map(|(state, count)| gauge(&[("state", state)], count as f64)),
        ),
        family(
            COUNTER,
            "alerts_rejected_total",
            "Requests for alerts that this process rejected as spam or as too many.",
            [counter(&[], figures.rejected())],
        ),
    ]
}
