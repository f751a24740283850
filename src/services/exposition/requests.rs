//! The metrics of answered requests.

use prometheus::proto::MetricFamily;

use super::family::{COUNTER, GAUGE, HISTOGRAM, counter, family, gauge, histogram};
use crate::services::{LimiterReport, Route, Traffic, Turned};

pub(super) fn families(traffic: &Traffic) -> [MetricFamily; 3] {
    let answered = Route::ALL.into_iter().flat_map(|route| {
        let of_class = move |(at, count)| {
            let status = format!("{}xx", at + 1);
            counter(&[("route", route.name()), ("status", &status)], count)
        };
        let classes = traffic.answered(route).into_iter().enumerate();
        // The site sends no informational responses (1xx).
        classes.skip(1).map(of_class)
    });
    let turned = Route::ALL.into_iter().flat_map(|route| {
        Turned::ALL.map(|why| {
            let labels = [("route", route.name()), ("reason", why.name())];
            counter(&labels, traffic.turned(route, why))
        })
    });
    let times = Route::ALL
        .into_iter()
        .map(|route| histogram(&[("route", route.name())], &traffic.times(route)));
    [
        family(COUNTER, "http_requests_total", "Responses by route and status class.", answered),
        family(
            COUNTER,
            "http_refused_total",
            "Requests turned away: client_limit (429: the client has used up a limit) or unavailable (503: a \
            server can't be reached or is too busy).",
            turned,
        ),
        family(
            HISTOGRAM,
            "http_request_duration_seconds",
            "Request duration, except for responses from this process's memory. Those are in \
            cache_hit_duration_seconds with level page_memory.",
            times,
        ),
    ]
}

/// Pages that may be expensive: uncached searches, filters and pages far down a list.
pub(super) fn turns(report: &LimiterReport) -> [MetricFamily; 3] {
    let LimiterReport { limit, running, waiting, admitted, refused } = *report;
    let outcomes = [("admitted", admitted)].into_iter().chain(refused);
    let states = [("running", running), ("waiting", waiting)];
    [
        family(
            COUNTER,
            "expensive_requests_total",
            "Requests for uncached searches, filters and deep pages: admitted, or refused with 503 because the client \
            has its share of the queue (client), the queue is full (line), or the wait was too long (late).",
            outcomes.map(|(outcome, count)| counter(&[("outcome", outcome)], count)),
        ),
        family(
            GAUGE,
            "expensive_requests",
            "Requests for uncached searches, filters and deep pages that run or wait.",
            states.map(|(state, count)| gauge(&[("state", state)], count as f64)),
        ),
        family(
            GAUGE,
            "expensive_requests_limit",
            "How many of them run at once; one client has half of this.",
            [gauge(&[], limit as f64)],
        ),
    ]
}
