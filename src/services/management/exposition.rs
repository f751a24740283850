//! The figures in Prometheus's text format, with base units and names by its conventions
//! (<https://prometheus.io/docs/practices/naming/>).

use prometheus::proto::{
    Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType,
};
use prometheus::{Encoder as _, TextEncoder};

use super::{LevelFigures, Management};
use crate::cache::metrics::Buckets;
use crate::cache::{Level, LevelReport};

/// The media type of the text format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Every name begins with it.
const NAMESPACE: &str = "property_listings";

impl Management {
    /// This instance's figures. Asks no server, so that it answers whatever is out of reach.
    pub fn exposition(&self) -> String {
        let levels = Level::ALL.map(|level| LevelFigures::of(&self.cache, level));
        let LevelReport { entries, bytes } = self.cache.report_memory();
        let up = |up: Option<bool>| f64::from(u8::from(up == Some(true)));
        let families = [
            lookups(&levels),
            per_level(&levels, "stores", "Entries stored.", |counts| counts.stores),
            per_level(
                &levels,
                "invalidations",
                "Invalidations applied.",
                |counts| counts.invalidations,
            ),
            per_level(&levels, "errors", "Failed operations.", |counts| {
                counts.errors
            }),
            durations(
                &levels,
                "hit",
                "How long look-ups took that hit.",
                |counts| &counts.hit_times,
            ),
            durations(
                &levels,
                "load",
                "How long loads took that a miss led to.",
                |counts| &counts.load_times,
            ),
            gauge(
                "cache_memory_entries",
                "Pages in this process, void ones included.",
                entries as f64,
            ),
            gauge("cache_memory_bytes", "Their bytes.", bytes as f64),
            gauge(
                "cache_memory_armed",
                "1 while this process answers from its memory.",
                up(self.cache.memory_is_armed()),
            ),
            gauge(
                "cache_redis_up",
                "1 while Redis is in use.",
                up(self.cache.redis_is_up()),
            ),
        ];
        let mut text = Vec::new();
        match TextEncoder::new().encode(&families, &mut text) {
            Ok(()) => String::from_utf8_lossy(&text).into_owned(),
            // Only a family without metrics or a full buffer fails, and there is neither.
            Err(err) => {
                log::error!("the figures can't be written: {err}");
                String::new()
            }
        }
    }
}

fn lookups(levels: &[LevelFigures]) -> MetricFamily {
    let of_level = |figures: &LevelFigures| {
        let (counts, level) = (&figures.counts, figures.level.field());
        let waited = counts.collapsed.min(counts.misses);
        [
            ("hit", counts.hits),
            ("miss", counts.misses - waited),
            ("collapsed", waited),
            ("stale", counts.stale),
            ("bypass", counts.bypass),
        ]
        .map(|(outcome, count)| counter(&[("level", level), ("outcome", outcome)], count))
    };
    let metrics = levels.iter().flat_map(of_level).collect();
    let help = "How each cache level took part in answers.";
    family("cache_lookups_total", help, MetricType::COUNTER, metrics)
}

fn per_level(
    levels: &[LevelFigures],
    name: &str,
    help: &str,
    count: fn(&crate::cache::metrics::LevelCounts) -> u64,
) -> MetricFamily {
    let of_level = |figures: &LevelFigures| {
        counter(&[("level", figures.level.field())], count(&figures.counts))
    };
    let metrics = levels.iter().map(of_level).collect();
    family(
        &format!("cache_{name}_total"),
        help,
        MetricType::COUNTER,
        metrics,
    )
}

fn durations(
    levels: &[LevelFigures],
    name: &str,
    help: &str,
    times: fn(&crate::cache::metrics::LevelCounts) -> &Buckets,
) -> MetricFamily {
    let of_level = |figures: &LevelFigures| {
        let times = times(&figures.counts);
        let bucket = |(bound, below): (std::time::Duration, u64)| {
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(bound.as_secs_f64());
            bucket.set_cumulative_count(below);
            bucket
        };
        let mut histogram = Histogram::default();
        histogram.set_bucket(times.cumulative().map(bucket).collect());
        histogram.set_sample_count(times.total());
        histogram.set_sample_sum(times.sum_of_durations().as_secs_f64());
        let mut metric = Metric::from_label(labels(&[("level", figures.level.field())]));
        metric.set_histogram(histogram);
        metric
    };
    let metrics = levels.iter().map(of_level).collect();
    let name = format!("cache_{name}_duration_seconds");
    family(&name, help, MetricType::HISTOGRAM, metrics)
}

fn gauge(name: &str, help: &str, value: f64) -> MetricFamily {
    let mut gauge = Gauge::default();
    gauge.set_value(value);
    family(
        name,
        help,
        MetricType::GAUGE,
        vec![Metric::from_gauge(gauge)],
    )
}

fn counter(pairs: &[(&str, &str)], count: u64) -> Metric {
    let mut counter = Counter::default();
    counter.set_value(count as f64);
    let mut metric = Metric::from_label(labels(pairs));
    metric.set_counter(counter);
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

fn family(name: &str, help: &str, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(format!("{NAMESPACE}_{name}"));
    family.set_help(help.to_owned());
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}
