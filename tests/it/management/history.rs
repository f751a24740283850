//! What the cache did lately: sampled, kept across restarts, and never in anybody's way.

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use serde_json::Value;

use super::operator;
use crate::harness::{App, Plan, Proxy, until};

const PATH: &str = "/properties/redis-metrics/?format=json";

/// The begin of the minute that is under way, so many minutes ago.
fn minutes_ago(minutes: i64) -> DateTime<Utc> {
    let now = Utc::now().timestamp();
    Utc.timestamp_opt(now - now % 60, 0).single().expect("a time") - TimeDelta::minutes(minutes)
}

async fn history(app: &App, span: &str) -> Vec<Value> {
    let metrics = app.get(PATH).await.assert_status(200).json();
    let points = &metrics["metrics"]["history"][span];
    points.as_array().expect("points").clone()
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
    let points = history(&app, "last_15_minutes").await;
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
    let day = history(&other, "last_24_hours").await;
    assert_eq!(sum(&day, "hits") + sum(&day, "misses"), 7, "{day:?}");
    assert_eq!(sum(&day, "misses"), 1, "{day:?}");
    let variables = app.variables.clone();
    drop(other);
    let mut plan = Plan::on(app.stop());
    plan.variables = variables;
    let again = plan.start().await;
    let day = history(&again, "last_24_hours").await;
    assert_eq!(sum(&day, "hits") + sum(&day, "misses"), 7, "{day:?}");
    assert!(history(&again, "last_15_minutes").await.is_empty());
}

#[tokio::test]
async fn what_was_counted_last_is_kept_when_the_site_stops() {
    let app = operator(3).await;
    ask(&app, 4).await;
    let database = app.stop();
    let hits = database.value("SELECT sum(hits) FROM cache_metric WHERE level LIKE 'page%'").await;
    assert_eq!(hits, "3");
    assert_eq!(database.value("SELECT count(*) FROM event_log").await, "0");
}

#[tokio::test]
async fn a_day_is_kept_and_no_more() {
    let app = operator(3).await;
    let old = "INSERT INTO cache_metric VALUES
        (now() - interval '26 hours', 'old', 'count', 1, 0, 0, 0, 0, 0, 0, '[]', '[]'),
        (now() - interval '24 hours 30 minutes', 'old', 'count', 1, 0, 0, 0, 0, 0, 0, '[]', '[]')";
    app.sql(old).await;
    ask(&app, 1).await;
    app.services.management.sample(minutes_ago(1)).await;
    app.services.management.sample(minutes_ago(0)).await;
    assert_eq!(app.sql("SELECT count(*) FROM cache_metric WHERE instance = 'old'").await, "1");
}

#[tokio::test]
async fn an_idle_minute_writes_nothing() {
    let app = operator(3).await;
    for minutes in (0..5).rev() {
        app.services.management.sample(minutes_ago(minutes)).await;
    }
    assert_eq!(app.sql("SELECT count(*) FROM cache_metric").await, "0");
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
    let day = history(&app, "last_24_hours").await;
    assert_eq!(sum(&day, "hits") + sum(&day, "misses"), 4, "{day:?}");
    postgres.restore();
    until("the minutes are kept", async || {
        management.sample(minutes_ago(1)).await;
        management.sample(minutes_ago(0)).await;
        ask(&app, 1).await;
        let kept = "SELECT coalesce(sum(hits + misses), 0) >= 4 FROM cache_metric WHERE level = 'page_memory'";
        app.sql(kept).await == "t"
    })
    .await;
}

/// Samples until the database has what so many instances have counted.
async fn sample_until_kept(app: &App, instances: &str) {
    until("the minutes are kept", async || {
        for minute in [40, 39] {
            app.services.management.sample(minutes_ago(minute)).await;
        }
        app.sql("SELECT count(DISTINCT instance) FROM cache_metric").await == instances
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
    ask(&one, 2).await;
    ask(&other, 3).await;
    for app in [&one, &other] {
        app.services.management.sample(minutes_ago(50)).await;
    }
    ways.iter().for_each(Proxy::cut);
    for app in [&one, &other] {
        app.services.management.sample(minutes_ago(49)).await;
    }
    ways.iter().for_each(Proxy::restore);
    sample_until_kept(&one, "1").await;
    sample_until_kept(&other, "2").await;
    one.services.management.sample(minutes_ago(10)).await;
    let day = history(&one, "last_24_hours").await;
    assert_eq!(sum(&day, "hits") + sum(&day, "misses"), 5, "{day:?}");
}
