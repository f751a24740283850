//! `/metrics`, as Prometheus reads it.

use prometheus_parse::{Scrape, Value};

use crate::harness::{App, Plan, TOKEN};

async fn scrape(app: &App) -> Scrape {
    let bearer = format!("Bearer {TOKEN}");
    let page = app
        .reader
        .get_with("/metrics", &[("authorization", &bearer)])
        .await
        .assert_status(200);
    assert_eq!(
        page.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    assert!(page.header("cache-control").contains("no-store"));
    let lines = page.text().lines().map(|line| Ok(line.to_owned()));
    Scrape::parse(lines).expect("the text format")
}

/// The number of a sample with these labels.
fn number(scrape: &Scrape, name: &str, labels: &[(&str, &str)]) -> f64 {
    let name = format!("property_listings_{name}");
    let mut samples = scrape.samples.iter().filter(|sample| sample.metric == name);
    let found = samples.find(|sample| {
        let has = |(name, value): &(&str, &str)| sample.labels.get(name) == Some(*value);
        labels.iter().all(has)
    });
    match &found
        .unwrap_or_else(|| panic!("no {name} {labels:?}"))
        .value
    {
        Value::Counter(number) | Value::Gauge(number) | Value::Untyped(number) => *number,
        Value::Histogram(buckets) => buckets.last().map_or(0.0, |bucket| bucket.count),
        Value::Summary(_) => panic!("{name} is a summary"),
    }
}

#[tokio::test]
async fn every_level_counts_what_readers_asked_of_it() {
    let app = Plan::new().await.homes(2).await.start().await;
    for _ in 0..3 {
        let path = "/properties/?format=json";
        app.get(path).await.assert_status(200);
    }
    let scrape = scrape(&app).await;
    let lookups = |level, outcome| {
        let labels = [("level", level), ("outcome", outcome)];
        number(&scrape, "cache_lookups_total", &labels)
    };
    assert_eq!(lookups("page_memory", "hit"), 2.0);
    assert_eq!(lookups("page_memory", "miss"), 1.0);
    assert_eq!(lookups("page_redis", "miss"), 1.0);
    assert_eq!(lookups("queryset", "miss"), 1.0);
    for level in ["page_memory", "page_redis", "queryset", "count"] {
        let labels = [("level", level)];
        assert_eq!(
            number(&scrape, "cache_stores_total", &labels),
            1.0,
            "{level}"
        );
        assert_eq!(
            number(&scrape, "cache_errors_total", &labels),
            0.0,
            "{level}"
        );
    }
    let hits = number(
        &scrape,
        "cache_hit_duration_seconds",
        &[("level", "page_memory")],
    );
    assert_eq!(hits, 2.0, "the last bucket holds every hit");
    assert_eq!(number(&scrape, "cache_memory_armed", &[]), 1.0);
    assert_eq!(number(&scrape, "cache_redis_up", &[]), 1.0);
    assert_eq!(number(&scrape, "cache_memory_entries", &[]), 1.0);
    assert!(number(&scrape, "cache_memory_bytes", &[]) > 1000.0);
}

#[tokio::test]
async fn strangers_are_refused() {
    let app = Plan::new().await.start().await;
    app.get("/metrics").await.assert_status(401);
}

#[tokio::test]
async fn an_instance_without_redis_says_so() {
    let plan = Plan::new().await.set("REDIS_URL", "off");
    let app = plan.start().await;
    assert_eq!(number(&scrape(&app).await, "cache_redis_up", &[]), 0.0);
}
