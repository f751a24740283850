//! The figures as JSON and as a page.

use serde_json::Value;

use super::operated as operator;
use crate::harness::{App, OwnRedis, Plan, Shows as _, eventually, listing, spawn_staffed};

const PATH: &str = "/properties/redis-metrics/?format=json";

async fn metrics(app: &App) -> Value {
    let answer = app.get(PATH).await.assert_status(200).json();
    assert_eq!(answer["success"], true);
    answer["metrics"].clone()
}

/// Every field of the figures, with a test of its value.
const FIELDS: [(&str, &[&str]); 3] = [
    (
        "cache_performance",
        &[
            "keyspace_hits",
            "keyspace_misses",
            "hit_ratio",
            "hit_ratio_percent",
            "performance_rating",
        ],
    ),
    (
        "memory_usage",
        &[
            "used_memory",
            "used_memory_human",
            "maxmemory",
            "maxmemory_policy",
            "evicted_keys",
            "fragmentation_ratio",
        ],
    ),
    (
        "connection_stats",
        &[
            "connected_clients",
            "total_connections_received",
            "total_commands_processed",
            "instantaneous_ops_per_sec",
        ],
    ),
];

#[tokio::test]
async fn the_figures_have_the_promised_shape() {
    let app = operator(Plan::with_homes(1).await).await;
    app.get("/properties/").await;
    app.get("/properties/").await;
    let metrics = metrics(&app).await;
    for (group, fields) in FIELDS {
        let object = metrics[group].as_object().expect(group);
        let names: Vec<_> = object.keys().map(String::as_str).collect();
        assert_eq!(names, fields, "{group}");
        assert!(object.values().all(|value| !value.is_null()), "{object:?}");
    }
    for level in ["page_memory", "page_redis", "queryset", "count"] {
        for field in [
            "hits",
            "misses",
            "stale",
            "bypass",
            "stores",
            "invalidations",
            "collapsed",
            "p50_us",
            "p99_us",
        ] {
            assert!(metrics["levels"][level][field].is_u64(), "{level} {field}: {metrics}");
        }
        assert!(metrics["levels"][level].get("hit_ratio").is_some(), "{level}");
    }
    let analysis = &metrics["analysis"];
    assert!(analysis["cache_efficiency"].is_string());
    assert!(analysis["recommendations"].as_array().is_some_and(|list| !list.is_empty()));
}

#[tokio::test]
async fn hits_and_misses_of_each_level_are_counted() {
    let app = operator(Plan::with_homes(1).await).await;
    let before = metrics(&app).await;
    assert!(before["levels"]["queryset"]["hit_ratio"].is_null(), "{before}");
    for _ in 0..4 {
        app.get("/properties/?format=json").await;
    }
    let after = metrics(&app).await;
    let levels = &after["levels"];
    let pages = |field: &str| {
        let of = |level: &str| levels[level][field].as_u64().unwrap_or(0);
        (of("page_memory"), of("page_redis"))
    };
    let (memory, redis) = pages("hits");
    assert_eq!(memory + redis, 3, "{after}");
    assert_eq!(levels["page_redis"]["stores"], 1, "{after}");
    assert_eq!(levels["queryset"]["misses"], 1, "{after}");
    assert_eq!(levels["count"]["misses"], 1, "{after}");
    app.staff().await.create_listing(&listing("New", "1", "L")).await;
    let invalidations = metrics(&app).await["levels"]["queryset"]["invalidations"].as_u64();
    assert!(invalidations.is_some_and(|count| count >= 1));
}

#[tokio::test]
async fn the_ratio_and_its_rating_follow_from_the_servers_counters() {
    let redis = OwnRedis::start(&[]).await;
    let app = operator(Plan::new().await.set("REDIS_URL", redis.url())).await;
    let cli = redis.cli().await;
    cli.run::<()>(&["SET", "there", "1"]).await;
    for _ in 0..400 {
        cli.run::<String>(&["GET", "there"]).await;
    }
    let performance = metrics(&app).await["cache_performance"].clone();
    let number = |field: &str| performance[field].as_f64().expect("a number");
    let (hits, misses) = (number("keyspace_hits"), number("keyspace_misses"));
    assert!(hits >= 400.0);
    assert!((number("hit_ratio") - hits / (hits + misses)).abs() < 1e-9);
    assert!((number("hit_ratio_percent") - 100.0 * hits / (hits + misses)).abs() < 0.01);
    assert_eq!(performance["performance_rating"], "Excellent");
}

#[tokio::test]
async fn advice_names_the_figure_and_the_setting() {
    let redis = OwnRedis::start(&["--maxmemory-policy", "noeviction"]).await;
    let plan = Plan::with_homes(1).await;
    let app = operator(plan.set("REDIS_URL", redis.url()).set("PAGE_CACHE_TTL", "1")).await;
    for price in 1..5 {
        app.get(&format!("/properties/?min_price={price}")).await;
    }
    let advised = async || {
        let advice = metrics(&app).await["analysis"]["recommendations"].to_string();
        advice.contains("PAGE_CACHE_TTL").then_some(advice)
    };
    // The ratio is rated only after a page could have expired.
    let advice = eventually("the ratio is judged", advised).await;
    advice.shows(["maxmemory is 0", "noeviction", "allkeys-lru", "PAGE_CACHE_TTL"]);
}

#[tokio::test]
async fn without_redis_the_figures_and_the_dashboard_say_so() {
    let app = operator(Plan::new().await.set("REDIS_URL", "redis://127.0.0.1:1")).await;
    let metrics = metrics(&app).await;
    assert!(metrics["cache_performance"]["hit_ratio"].is_null());
    assert_eq!(metrics["cache_performance"]["performance_rating"], "No data");
    metrics["analysis"]["recommendations"].to_string().shows(["REDIS_URL"]);
    let page = app.get("/properties/redis-metrics/").await.assert_status(200);
    page.shows(["Redis can’t be reached"]);
}

#[tokio::test]
async fn the_dashboard_is_a_page_with_working_forms() {
    let (app, staff) = spawn_staffed(1).await;
    app.get("/properties/").await;
    let page = staff.get("/properties/redis-metrics/").await.assert_status(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let token = page.field("csrf_token");
    for path in ["/properties/cache-clear/", "/properties/test-signals/"] {
        page.shows([format!("action=\"{path}\"")]);
        staff.post(path, &[("csrf_token", token.clone())]).await.assert_status(200);
    }
}
