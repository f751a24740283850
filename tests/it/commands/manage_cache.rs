//! `manage_cache`: each option, as text and as JSON.

use serde_json::Value;

use crate::harness::{App, OwnRedis, Plan, Shell, Shows as _, spawn_homes, until};

fn json(shell: &Shell, verb: &str) -> Value {
    let out = shell.run(&["manage_cache", verb, "--format", "json"]).done();
    serde_json::from_str(&out).unwrap_or_else(|err| panic!("{err}: {out}"))
}

async fn site() -> (App, Shell) {
    let app = spawn_homes(30).await;
    let shell = Shell::beside(&app);
    (app, shell)
}

#[tokio::test]
async fn status_counts_what_a_running_site_has_cached() {
    // A separate Redis: only a limited number of keys is examined, and other tests' keys would be among them.
    let redis = OwnRedis::start(&[]).await;
    let app = Plan::with_homes(30).await.set("REDIS_URL", redis.url()).start().await;
    let shell = Shell::beside(&app);
    app.get("/properties/").await;
    app.get("/properties/?format=json").await;
    let status = json(&shell, "--status");
    assert_eq!(status["levels"]["page_redis"]["entries"], 2, "{status}");
    // The rows, and the places beside them.
    assert_eq!(status["levels"]["queryset"]["entries"], 2, "{status}");
    let text = shell.run(&["manage_cache", "--status"]).done();
    text.shows(["page_redis", "queryset", "count", "all_properties", "property_count"]);
}

#[tokio::test]
async fn a_clear_makes_a_running_site_compute_its_pages_anew() {
    let (app, shell) = site().await;
    app.get("/properties/").await;
    assert!(app.get("/properties/").await.is_hit());
    assert_eq!(json(&shell, "--clear")["cleared"], serde_json::json!({"pages": 1, "querysets": 3}));
    until("the site hears of it", async || app.get("/properties/").await.is_stored()).await;
    let text = shell.run(&["manage_cache", "--clear"]).done();
    assert!(text.contains("1 page"), "{text}");
}

#[tokio::test]
async fn warming_makes_the_first_request_of_a_running_site_a_hit() {
    let (app, shell) = site().await;
    let warmed = json(&shell, "--warm");
    assert_eq!(warmed["success"], true, "{warmed}");
    assert_eq!(warmed["warmed"]["failed"], 0, "{warmed}");
    for path in [
        "/properties/",
        "/properties/?page=2",
        "/properties/?sort=-price",
        "/properties/30/",
        // It is on the second page of the newest listings, and on the first page of the oldest.
        "/properties/1/",
    ] {
        app.get(path).await.assert_hit().shows(["http://homes.example/"]);
    }
    let text = shell.run(&["manage_cache", "--warm"]).done();
    assert!(text.contains("0 failed"), "{text}");
}

#[tokio::test]
async fn warming_without_redis_fails_and_names_what_warms_a_site() {
    let plan = Plan::with_homes(1).await;
    for redis in ["off", "redis://127.0.0.1:1"] {
        let shell = Shell::of(&plan).set("REDIS_URL", redis);
        let err = shell.run(&["manage_cache", "--warm"]).failed(1);
        assert!(err.contains("POST /properties/cache-warm/"), "{err}");
    }
}

#[tokio::test]
async fn what_only_a_running_site_knows_is_not_told_of_the_command_itself() {
    let (app, shell) = site().await;
    app.get("/properties/").await;
    let metrics = shell.run(&["manage_cache", "--metrics"]).done();
    metrics.shows(["/properties/redis-metrics/"]).hides(["No pages have been requested"]);
    let json = json(&shell, "--metrics");
    let efficiency = json["metrics"]["analysis"]["cache_efficiency"].as_str();
    assert!(efficiency.is_some_and(|text| text.contains("/properties/redis-metrics/")), "{json}");
    let status = shell.run(&["manage_cache", "--status"]).done();
    status
        .shows(["/properties/cache-status/", "last event", "position", "lag"])
        .hides(["page_memory  false"]);
    let status = self::json(&shell, "--status");
    let memory = &status["levels"]["page_memory"];
    assert_eq!(memory["enabled"], true, "{status}");
    assert!(memory["entries"].is_null(), "{status}");
}

#[tokio::test]
async fn metrics_are_those_of_the_server_and_both_tests_succeed_step_by_step_and_leave_no_row() {
    let (app, shell) = site().await;
    let metrics = json(&shell, "--metrics");
    assert_eq!(metrics["success"], true);
    assert!(metrics["metrics"]["memory_usage"]["used_memory"].as_u64().is_some_and(|n| n > 0));
    let text = shell.run(&["manage_cache", "--metrics"]).done();
    assert!(text.contains("keyspace_hits") && text.contains("used_memory_human"), "{text}");
    let result = json(&shell, "--test-signals");
    assert_eq!(result["success"], true, "{result}");
    let text = shell.run(&["manage_cache", "--test-signals"]).done();
    assert!(text.contains("post_save") && text.contains("post_delete"), "{text}");
    assert_eq!(app.database.listings().await, "30");
    assert_eq!(app.get_json("/properties/").await["count"], 30);
    // The cache test times every step.
    let result = json(&shell, "--test");
    assert_eq!(result["success"], true, "{result}");
    assert!(result["steps"].as_array().is_some_and(|steps| steps.len() >= 4));
    let text = shell.run(&["manage_cache", "--test"]).done();
    assert!(text.contains("page-redis") && text.contains("µs"), "{text}");
    let shell = shell.set("REDIS_URL", "redis://127.0.0.1:1");
    let said = shell.run(&["manage_cache", "--test", "--format", "json"]);
    assert!(said.out.contains("\"error\""), "{said:?}");
    said.failed(1);
}

#[tokio::test]
async fn without_redis_status_and_metrics_answer_and_the_tests_fail() {
    let plan = Plan::with_homes(1).await;
    let shell = Shell::of(&plan).set("REDIS_URL", "redis://127.0.0.1:1");
    assert_eq!(json(&shell, "--status")["levels"]["page_redis"]["reachable"], false);
    assert_eq!(json(&shell, "--metrics")["metrics"]["redis"]["reachable"], false);
    let said = shell.run(&["manage_cache", "--test-signals"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(plan.database.listings().await, "1");
}
