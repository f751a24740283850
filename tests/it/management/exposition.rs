//! `/metrics` in the format of Prometheus.

use prometheus_parse::{Scrape, Value};

use crate::harness::{App, Plan, TOKEN, spawn_app, spawn_homes, until};

async fn scrape(app: &App) -> Scrape {
    let bearer = format!("Bearer {TOKEN}");
    let page =
        app.reader.get_with("/metrics", &[("authorization", &bearer)]).await.assert_status(200);
    assert_eq!(page.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert!(page.header("cache-control").contains("no-store"));
    Scrape::parse(page.text().lines().map(|line| Ok(line.to_owned()))).expect("the text format")
}

/// The value of the sample with these labels.
fn number(scrape: &Scrape, name: &str, labels: &[(&str, &str)]) -> f64 {
    let name = format!("property_listings_{name}");
    let mut samples = scrape.samples.iter().filter(|sample| sample.metric == name);
    let found = samples.find(|sample| {
        labels.iter().all(|(name, value): &(&str, &str)| sample.labels.get(name) == Some(*value))
    });
    match &found.unwrap_or_else(|| panic!("no {name} {labels:?}")).value {
        Value::Counter(number) | Value::Gauge(number) | Value::Untyped(number) => *number,
        Value::Histogram(buckets) => buckets.last().map_or(0.0, |bucket| bucket.count),
        Value::Summary(_) => panic!("{name} is a summary"),
    }
}

#[tokio::test]
async fn every_level_counts_what_readers_asked_of_it() {
    let app = spawn_homes(2).await;
    for _ in 0..3 {
        app.get("/properties/?format=json").await.assert_status(200);
    }
    let scrape = scrape(&app).await;
    let lookups = |level, outcome| {
        number(&scrape, "cache_lookups_total", &[("level", level), ("outcome", outcome)])
    };
    assert_eq!(lookups("page_memory", "hit"), 2.0);
    assert_eq!(lookups("page_memory", "miss"), 1.0);
    assert_eq!(lookups("page_redis", "miss"), 1.0);
    assert_eq!(lookups("queryset", "miss"), 1.0);
    for level in ["page_memory", "page_redis", "queryset", "count"] {
        let labels = [("level", level)];
        assert_eq!(number(&scrape, "cache_stores_total", &labels), 1.0, "{level}");
        assert_eq!(number(&scrape, "cache_errors_total", &labels), 0.0, "{level}");
    }
    let hits = number(&scrape, "cache_hit_duration_seconds", &[("level", "page_memory")]);
    assert_eq!(hits, 2.0, "the last bucket holds every hit");
    assert_eq!(number(&scrape, "cache_memory_armed", &[]), 1.0);
    assert_eq!(number(&scrape, "cache_redis_up", &[]), 1.0);
    assert_eq!(number(&scrape, "cache_memory_entries", &[]), 1.0);
    assert!(number(&scrape, "cache_memory_bytes", &[]) > 1000.0);
}

#[tokio::test]
async fn requests_are_counted_by_what_was_asked_for_whichever_way_they_are_answered() {
    let app = spawn_homes(2).await;
    for _ in 0..3 {
        app.get("/properties/").await.assert_status(200);
    }
    app.get("/properties/2/").await.assert_status(200);
    app.get("/properties/9/").await.assert_status(404);
    app.get("/properties/?page=x").await.assert_status(400);
    app.get("/wp-login.php").await.assert_status(404);
    app.get("/admin/").await.assert_status(302);
    let page = app.get("/properties/").await;
    let copy = [("if-none-match", page.header("etag"))];
    app.reader.get_with("/properties/", &copy).await.assert_status(304);
    let scrape = scrape(&app).await;
    let requests = |route, status| {
        number(&scrape, "http_requests_total", &[("route", route), ("status", status)])
    };
    assert_eq!(requests("list", "2xx"), 4.0);
    assert_eq!(requests("list", "3xx"), 1.0);
    assert_eq!(requests("list", "4xx"), 1.0);
    assert_eq!(requests("detail", "2xx"), 1.0);
    assert_eq!(requests("detail", "4xx"), 1.0);
    assert_eq!(requests("admin", "3xx"), 1.0);
    assert_eq!(requests("other", "4xx"), 1.0);
    assert_eq!(requests("list", "5xx"), 0.0);
    let refused = |route, reason| {
        number(&scrape, "http_refused_total", &[("route", route), ("reason", reason)])
    };
    assert_eq!((refused("list", "client_limit"), refused("list", "unavailable")), (0.0, 0.0));
    let timed = |route| number(&scrape, "http_request_duration_seconds", &[("route", route)]);
    // Four requests of the list were answered from memory, which has a separate histogram.
    assert_eq!((timed("list"), timed("detail")), (2.0, 2.0));
    let responses = |source| number(&scrape, "cache_responses_total", &[("source", source)]);
    assert_eq!(
        (responses("memory"), responses("stale"), responses("unavailable")),
        (4.0, 0.0, 0.0)
    );
    let pages = |outcome| number(&scrape, "cache_pages_total", &[("outcome", outcome)]);
    assert_eq!(pages("cached"), 4.0);
    assert!(pages("computed") >= 2.0);
}

#[tokio::test]
async fn the_instance_tells_of_its_servers_and_itself() {
    let app = spawn_homes(1).await;
    app.get("/properties/").await;
    let scrape = scrape(&app).await;
    let state = |state| number(&scrape, "cache_redis_state", &[("state", state)]);
    assert_eq!((state("up"), state("repairing"), state("down")), (1.0, 0.0, 0.0));
    assert_eq!(number(&scrape, "cache_redis_connections_total", &[]), 1.0);
    assert!(number(&scrape, "event_log_lag_seconds", &[]) < 20.0);
    assert_eq!(number(&scrape, "draining", &[]), 0.0);
    for tier in ["memory", "redis"] {
        assert_eq!(number(&scrape, "cache_lease_held", &[("tier", tier)]), 1.0, "{tier}");
    }
    assert_eq!(number(&scrape, "database_pool_limit", &[("pool", "requests")]), 4.0);
    assert_eq!(number(&scrape, "database_pool_waiting", &[("pool", "requests")]), 0.0);
    let connections = |state| {
        number(&scrape, "database_pool_connections", &[("pool", "requests"), ("state", state)])
    };
    assert!(connections("idle") + connections("used") >= 1.0);
    assert_eq!(number(&scrape, "cache_memory_limit_bytes", &[]), 64.0 * 1024.0 * 1024.0);
    assert_eq!(number(&scrape, "build_info", &[("version", env!("CARGO_PKG_VERSION"))]), 1.0);
    if cfg!(target_os = "linux") {
        let process = ["start_time_seconds", "resident_memory_bytes", "open_fds"];
        for name in process.map(|name| format!("process_{name}")) {
            assert!(scrape.samples.iter().any(|sample| sample.metric == name), "{name}");
        }
    }
}

#[tokio::test]
async fn an_outage_of_redis_shows_as_a_state_and_as_a_connection_more() {
    let redis = crate::harness::Proxy::to_redis();
    let app = Plan::with_homes(1).await.set("REDIS_URL", redis.redis_url()).start().await;
    redis.cut();
    until("the loss is noticed", async || {
        app.get("/properties/?format=json").await;
        let scrape = scrape(&app).await;
        let down = number(&scrape, "cache_redis_state", &[("state", "down")]);
        down == 1.0 && number(&scrape, "cache_redis_up", &[]) == 0.0
    })
    .await;
    redis.restore();
    until("redis is back", async || {
        let scrape = scrape(&app).await;
        let made = number(&scrape, "cache_redis_connections_total", &[]);
        number(&scrape, "cache_redis_up", &[]) == 1.0 && made >= 2.0
    })
    .await;
}

#[tokio::test]
async fn the_lag_grows_where_the_event_log_was_never_read() {
    let postgres = crate::harness::Proxy::to_postgres();
    let plan = Plan::new().await;
    postgres.cut();
    let app = plan.behind(&postgres).start().await;
    let first = number(&scrape(&app).await, "event_log_lag_seconds", &[]);
    until("it grows", async || number(&scrape(&app).await, "event_log_lag_seconds", &[]) > first)
        .await;
}

#[tokio::test]
async fn names_units_and_help_follow_the_conventions_and_strangers_are_refused() {
    let app = spawn_app().await;
    app.get("/metrics").await.assert_status(401);
    let bearer = format!("Bearer {TOKEN}");
    let page = app.reader.get_with("/metrics", &[("authorization", &bearer)]).await;
    let mut kinds = std::collections::BTreeMap::new();
    let text = page.text();
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').expect("a type");
        assert_eq!(kinds.insert(name, kind), None, "{name} is there twice");
        assert!(text.contains(&format!("# HELP {name} ")), "{name} has no help");
        let own = name.starts_with("property_listings_") || name.starts_with("process_");
        assert!(own && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
        let base_unit = !["_ms", "_millis", "_micros", "_us", "_mb", "_kb", "_percent"]
            .iter()
            .any(|unit| name.contains(unit));
        assert!(base_unit, "{name}");
        assert_eq!(name.ends_with("_total"), kind == "counter", "{name} is a {kind}");
        if kind == "histogram" {
            assert!(name.ends_with("_seconds"), "{name}");
        }
    }
    assert!(kinds.len() > 20, "{kinds:?}");
}

#[tokio::test]
async fn an_instance_without_redis_says_so() {
    let app = Plan::new().await.set("REDIS_URL", "off").start().await;
    assert_eq!(number(&scrape(&app).await, "cache_redis_up", &[]), 0.0);
}
