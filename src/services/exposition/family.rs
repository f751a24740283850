//! Builds metric families from figures that are kept elsewhere.

use std::time::Duration;

use prometheus::proto::{
    Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType,
};

use crate::cache::metrics::Buckets;

/// The kinds of metrics.
pub(super) const COUNTER: MetricType = MetricType::COUNTER;
pub(super) const GAUGE: MetricType = MetricType::GAUGE;
pub(super) const HISTOGRAM: MetricType = MetricType::HISTOGRAM;

/// The prefix of every name.
const NAMESPACE: &str = "property_listings";

/// A whole number that only grows.
pub(super) fn counter(pairs: &[(&str, &str)], count: u64) -> Metric {
    amount(pairs, count as f64)
}

/// An amount that only grows.
pub(super) fn amount(pairs: &[(&str, &str)], value: f64) -> Metric {
    let mut counter = Counter::default();
    counter.set_value(value);
    let mut metric = Metric::from_label(labels(pairs));
    metric.set_counter(counter);
    metric
}

/// A number that goes up and down.
pub(super) fn gauge(pairs: &[(&str, &str)], value: f64) -> Metric {
    let mut gauge = Gauge::default();
    gauge.set_value(value);
    let mut metric = Metric::from_label(labels(pairs));
    metric.set_gauge(gauge);
    metric
}

/// Durations, in seconds.
pub(super) fn histogram(pairs: &[(&str, &str)], times: &Buckets) -> Metric {
    let bucket = |(bound, below): (Duration, u64)| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(bound.as_secs_f64());
        bucket.set_cumulative_count(below);
        bucket
    };
    let mut histogram = Histogram::default();
    histogram.set_bucket(times.cumulative().map(bucket).collect());
    histogram.set_sample_count(times.total());
    histogram.set_sample_sum(times.sum_of_durations().as_secs_f64());
    let mut metric = Metric::from_label(labels(pairs));
    metric.set_histogram(histogram);
    metric
}

fn labels(pairs: &[(&str, &str)]) -> Vec<LabelPair> {
    let label = |(name, value): &(&str, &str)| {
        let mut label = LabelPair::default();
        label.set_name((*name).to_owned());
        label.set_value((*value).to_owned());
        label
    };
    pairs.iter().map(label).collect()
}

/// A family of metrics of one kind.
pub(super) fn family(
    kind: MetricType,
    name: &str,
    help: &str,
    metrics: impl IntoIterator<Item = Metric>,
) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(format!("{NAMESPACE}_{name}"));
    family.set_help(help.to_owned());
    family.set_field_type(kind);
    family.set_metric(metrics.into_iter().collect());
    family
}
