//! The requests that were answered.

use prometheus::proto::MetricFamily;

use super::family::{COUNTER, HISTOGRAM, counter, family, histogram};
use crate::services::{Route, Traffic};

pub(super) fn families(traffic: &Traffic) -> [MetricFamily; 2] {
    let answered = Route::ALL.into_iter().flat_map(|route| {
        let of_class = move |(at, count)| {
            let status = format!("{}xx", at + 1);
            counter(&[("route", route.name()), ("status", &status)], count)
        };
        let classes = traffic.answered(route).into_iter().enumerate();
        // Informational answers are none of the site's.
        classes.skip(1).map(of_class)
    });
    let times = Route::ALL
        .into_iter()
        .map(|route| histogram(&[("route", route.name())], &traffic.times(route)));
    [
        family(COUNTER, "http_requests_total", "Responses by route and status class.", answered),
        family(
            HISTOGRAM,
            "http_request_duration_seconds",
            "Request duration, except for responses from this process's memory. Those are in \
            cache_hit_duration_seconds with level page_memory.",
            times,
        ),
    ]
}
