//! The cache's history: sampled, kept across restarts, and without slowing requests down.

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use serde_json::Value;

use super::operator;
use crate::harness::{App, Plan, Proxy, listing, until};

const PATH: &str = "/properties/redis-metrics/";

/// The start of the current minute, minus this many minutes.
fn minutes_ago(minutes: i64) -> DateTime<Utc> {
    let now = Utc::now().timestamp();
    Utc.timestamp_opt(now - now % 60, 0).single().expect("a time") - TimeDelta::minutes(minutes)
}

/// The history of a range (`15m`, `1h`, `24h`, `7d`).
async fn range(app: &App, range: &str) -> Value {
    let path = format!("/properties/redis-metrics/?format=json&range={range}");
    let history = app.get(&path).await.assert_status(200).json()["metrics"]["history"].clone();
    assert_eq!(history["range"], range);
    history
}

async fn history(app: &App, of: &str) -> Vec<Value> {
    range(app, of).await["points"].as_array().expect("points").clone()
}

fn sum(points: &[Value], field: &str) -> u64 {
    points.iter().filter_map(|point| point[field].as_u64()).sum()
}

async fn ask(app: &App, times: usize) {
    for _ in 0..times {
        app.get("/properties/").await.assert_status(200);
    }
}

#[tokio::test]
async fn each_sample_is_of_what_was_counted_since_the_last() {
    let app = operator(3).await;
    let management = &app.services.management;
    ask(&app, 3).await;
    management.sample(minutes_ago(3)).await;
    management.sample(minutes_ago(2)).await;
    ask(&app, 4).await;
    management.sample(minutes_ago(1)).await;
    let points = history(&app, "15m").await;
    let figures = |at: usize| (&points[at]["hits"], &points[at]["misses"]);
    assert_eq!(figures(0), (&2.into(), &1.into()), "{points:?}");
    assert_eq!(figures(1), (&0.into(), &0.into()), "{points:?}");
    assert!(points[1]["hit_ratio"].is_null() && points[1]["hit_p50_us"].is_null());
    assert_eq!(figures(2), (&4.into(), &0.into()), "{points:?}");
    assert_eq!(points[2]["hit_ratio"], 1.0);
    assert!(points[0]["load_p99_us"].as_u64() > points[0]["hit_p50_us"].as_u64());
}

#[tokio::test]
async fn a_restart_and_another_instance_add_to_the_day() {
    let app = operator(3).await;
    ask(&app, 5).await;
    app.services.management.sample(minutes_ago(30)).await;
    app.services.management.sample(minutes_ago(29)).await;
    let other = app.another().start().await;
    ask(&other, 2).await;
    other.services.management.sample(minutes_ago(30)).await;
    other.services.management.sample(minutes_ago(28)).await;
    let day = history(&other, "24h").await;
    assert_eq!(sum(&day, "hits") + sum(&day, "misses"), 7, "{day:?}");
    assert_eq!(sum(&day, "misses"), 1, "{day:?}");
    let variables = app.variables.clone();
    drop(other);
    let mut plan = Plan::on(app.stop());
    plan.variables = variables;
    let again = plan.start().await;
    let day = history(&again, "24h").await;
    assert_eq!(sum(&day, "hits") + sum(&day, "misses"), 7, "{day:?}");
    let idle = |point: &Value| point["hit_ratio"].is_null();
    assert!(history(&again, "15m").await.iter().all(idle));
}

#[tokio::test]
async fn what_was_counted_last_is_kept_when_the_site_stops() {
    let app = operator(3).await;
    ask(&app, 4).await;
    let database = app.stop();
    let hits = database
        .value("SELECT sum((figures->'served'->>0)::int) FROM cache_sample WHERE step = 10")
        .await;
    assert_eq!(hits, "3");
    assert_eq!(database.value("SELECT count(*) FROM event_log").await, "0");
}

#[tokio::test]
async fn each_length_of_steps_is_kept_for_its_range_and_the_one_before_and_no_longer() {
    let app = operator(3).await;
    let old = "INSERT INTO cache_sample
        SELECT step, now() - ago::interval, concat('old', ago), '{}'
        FROM (VALUES (10, '29 min'), (10, '31 min'), (60, '119 min'), (60, '122 min'), (300, '47 h'), (300, '49 h'),
                     (1800, '13 days'), (1800, '15 days')) AS old (step, ago)";
    app.sql(old).await;
    ask(&app, 1).await;
    app.services.management.sample(minutes_ago(0)).await;
    let kept = "SELECT string_agg(step || ' ' || substr(instance, 4), ', ' ORDER BY step)
        FROM cache_sample WHERE instance LIKE 'old%'";
    assert_eq!(app.sql(kept).await, "10 29 min, 60 119 min, 300 47 h, 1800 13 days");
}

#[tokio::test]
async fn sources_add_up_and_the_range_before_is_told_beside() {
    let app = operator(3).await;
    ask(&app, 3).await;
    app.services.management.sample(minutes_ago(20)).await;
    ask(&app, 1).await;
    app.get("/properties/1/").await;
    app.services.management.sample(minutes_ago(5)).await;
    let quarter = range(&app, "15m").await;
    let figures = |of: &str| (quarter[of]["hits"].clone(), quarter[of]["misses"].clone());
    assert_eq!(figures("current"), (1.into(), 1.into()), "{quarter}");
    assert_eq!(figures("previous"), (2.into(), 1.into()), "{quarter}");
    let hour = range(&app, "1h").await;
    let served = |source: &str| {
        let points = hour["points"].as_array().expect("points").iter();
        points.filter_map(|point| point["served"][source].as_u64()).sum::<u64>()
    };
    let sources = ["memory", "redis", "query", "database", "stale", "unavailable"].map(served);
    assert_eq!(sources, [3, 0, 0, 2, 0, 0], "{hour}");
    let requested = &hour["urls"]["requested"];
    assert_eq!(requested[0]["url"], "/properties/");
    assert_eq!(requested[0]["figures"]["requests"], 4, "{requested}");
    app.staff().await.create_listing(&listing("New", "1", "Leith")).await;
    ask(&app, 1).await;
    app.services.management.sample(minutes_ago(0)).await;
    let hour = range(&app, "1h").await;
    let invalidated = &hour["urls"]["invalidated"];
    assert_eq!((&invalidated[0]["url"], &invalidated[1]), (&"/properties/".into(), &Value::Null));
    let mark = &hour["marks"][0];
    assert_eq!((&mark["kind"], &mark["actor"]), (&"created".into(), &"ada".into()), "{hour}");
}

#[tokio::test]
async fn pages_answered_with_503_are_a_source_of_their_own() {
    let (postgres, app) = Plan::with_homes(1).await.set("DEBUG", "true").behind_postgres().await;
    postgres.cut();
    app.get("/properties/").await.assert_status(503);
    app.services.management.sample(minutes_ago(0)).await;
    let quarter = range(&app, "15m").await;
    assert_eq!(quarter["points"][0]["served"]["unavailable"], 1, "{quarter}");
    assert!(quarter["current"]["hit_ratio"].is_null());
}

#[tokio::test]
async fn instances_report_themselves_and_one_that_falls_silent_or_ends_is_told() {
    let app = operator(3).await;
    let other = app.another().start().await;
    ask(&other, 4).await;
    for one in [&other, &app] {
        one.services.management.sample(minutes_ago(0)).await;
    }
    let instances = async || app.get_json(PATH).await["metrics"]["instances"].clone();
    let known = instances().await;
    assert_eq!((&known[0]["is_this"], &known[1]["is_this"]), (&true.into(), &false.into()));
    let state = &known[1]["state"];
    assert_eq!((&state["hits"], &state["misses"]), (&3.into(), &1.into()), "{known}");
    assert_eq!(state["version"], env!("CARGO_PKG_VERSION"));
    assert!(known[1]["problem"].is_null(), "{known}");
    app.sql("UPDATE cache_instance SET seen_at = seen_at - interval '1 minute'").await;
    app.services.management.sample(minutes_ago(0)).await;
    let silent = instances().await;
    let problem = silent[1]["problem"].as_str().expect("a problem");
    assert!(problem.starts_with("No report for"), "{problem}");
    assert!(app.get("/properties/redis-metrics/").await.has("No report for"));
    other.services.management.keep_history(minutes_ago(0)).await;
    app.services.management.sample(minutes_ago(0)).await;
    assert_eq!(instances().await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn an_idle_minute_writes_nothing() {
    let app = operator(3).await;
    for minutes in (0..5).rev() {
        app.services.management.sample(minutes_ago(minutes)).await;
    }
    assert_eq!(app.sql("SELECT count(*) FROM cache_sample").await, "0");
}

#[tokio::test]
async fn minutes_wait_while_the_database_is_out_of_reach() {
    let (postgres, app) = Plan::with_homes(3).await.set("DEBUG", "true").behind_postgres().await;
    let management = &app.services.management;
    ask(&app, 2).await;
    postgres.cut();
    management.sample(minutes_ago(4)).await;
    management.sample(minutes_ago(3)).await;
    ask(&app, 2).await;
    management.sample(minutes_ago(2)).await;
    let day = history(&app, "24h").await;
    assert_eq!(sum(&day, "hits") + sum(&day, "misses"), 4, "{day:?}");
    postgres.restore();
    until("the minutes are kept", async || {
        management.sample(minutes_ago(1)).await;
        management.sample(minutes_ago(0)).await;
        ask(&app, 1).await;
        let kept = "SELECT coalesce(sum((figures->'served'->>0)::int + (figures->'served'->>3)::int), 0) >= 4
            FROM cache_sample WHERE step = 10";
        app.sql(kept).await == "t"
    })
    .await;
}

/// Samples until the database has the counts of this many instances.
async fn sample_until_kept(app: &App, instances: &str) {
    until("the minutes are kept", async || {
        for minute in [40, 39] {
            app.services.management.sample(minutes_ago(minute)).await;
        }
        app.sql("SELECT count(DISTINCT instance) FROM cache_sample").await == instances
    })
    .await;
}

#[tokio::test]
async fn what_waited_at_another_instance_is_found_after_an_outage_of_the_database() {
    let ways = [Proxy::to_postgres(), Proxy::to_postgres()];
    let plan = Plan::with_homes(3).await.set("DEBUG", "true");
    let url = |way: &Proxy| plan.database.url("property_listings", &way.directory());
    let urls = ways.each_ref().map(url);
    let one = plan.set("DATABASE_URL", &urls[0]).start().await;
    let other = one.another().set("DATABASE_URL", &urls[1]).start().await;
    for app in [&one, &other] {
        for minute in [60, 59] {
            app.services.management.sample(minutes_ago(minute)).await;
        }
    }
    for app in [&one, &other] {
        app.services.management.sample(minutes_ago(50)).await;
    }
    ask(&one, 2).await;
    ask(&other, 3).await;
    ways.iter().for_each(Proxy::cut);
    for app in [&one, &other] {
        app.services.management.sample(minutes_ago(49)).await;
    }
    ways.iter().for_each(Proxy::restore);
    sample_until_kept(&one, "1").await;
    sample_until_kept(&other, "2").await;
    until("both are known", async || {
        one.services.management.sample(minutes_ago(10)).await;
        let day = history(&one, "24h").await;
        sum(&day, "hits") + sum(&day, "misses") == 5
    })
    .await;
}
