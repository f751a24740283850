//! The content of the cache, and its position in the event log.

use serde_json::Value;

use crate::harness::{App, OwnRedis, Plan, listing};

async fn status(app: &App) -> Value {
    app.get("/properties/cache-status/").await.assert_status(200).json()
}

async fn operator_on(redis: &OwnRedis) -> App {
    Plan::with_homes(3).await.set("DEBUG", "true").set("REDIS_URL", redis.url()).start().await
}

#[tokio::test]
async fn each_level_tells_its_size_and_what_is_left_of_its_lifetime() {
    // A separate Redis: only a limited number of keys is examined, and other tests' keys would be among them.
    let redis = OwnRedis::start(&[]).await;
    let app = operator_on(&redis).await;
    let empty = status(&app).await;
    assert!(empty["ttl"]["all_properties"].is_null(), "{empty}");
    app.get("/properties/").await;
    app.get("/properties/1/").await;
    let full = status(&app).await;
    // The rows and places of the list; the listing, the reduction of its price, and its similar listings.
    for (level, entries) in [("page_redis", 2), ("queryset", 5), ("count", 1)] {
        let state = &full["levels"][level];
        assert_eq!(state["entries"], entries, "{full}");
        assert_eq!(state["estimated"], false, "{full}");
        assert_eq!((&state["enabled"], &state["reachable"]), (&true.into(), &true.into()));
        assert!(state["bytes"].as_u64().is_some_and(|bytes| bytes > 50), "{full}");
    }
    assert!(full["levels"].get("page_memory").is_some(), "{full}");
    let left = |name: &str| full["ttl"][name].as_u64().expect("seconds");
    assert!((3400..=3780).contains(&left("all_properties")), "{full}");
    assert!((1700..=1890).contains(&left("property_count")), "{full}");
}

#[tokio::test]
async fn a_level_with_more_keys_than_are_looked_at_is_estimated() {
    let redis = OwnRedis::start(&[]).await;
    let app = operator_on(&redis).await;
    let fill = "for i = 1, 20000 do redis.call('SET', ARGV[1] .. ':page:http://h/list.html?' .. i, 'x') end";
    let cli = redis.cli().await;
    cli.run::<()>(&["EVAL", fill, "0", &app.prefix]).await;
    let commands = async || {
        let info: String = cli.run(&["INFO", "stats"]).await;
        let (_, rest) = info.split_once("total_commands_processed:").expect("a figure");
        rest.split('\r').next().expect("a number").parse::<u64>().expect("a number")
    };
    let before = commands().await;
    let state = status(&app).await["levels"]["page_redis"].clone();
    assert_eq!(state["estimated"], true, "{state}");
    let entries = state["entries"].as_u64().expect("a number");
    assert!((19_000..=20_100).contains(&entries), "{state}");
    assert!(state["bytes"].as_u64().is_some_and(|bytes| bytes > 20 * entries));
    let asked = commands().await - before;
    assert!(asked < 4000, "{asked} commands");
}

#[tokio::test]
async fn a_key_that_is_no_text_hinders_neither_status_nor_clear() {
    let redis = OwnRedis::start(&[]).await;
    let app = operator_on(&redis).await;
    app.get("/properties/").await;
    let set = "redis.call('SET', ARGV[1], 'x')";
    let key = [app.prefix.as_bytes(), b":page:\xff\xfe"].concat();
    redis.cli().await.run_with(&["EVAL", set, "0"], &key).await;
    assert_eq!(status(&app).await["levels"]["page_redis"]["entries"], 2);
    let cleared = app.reader.post_empty("/properties/cache-clear/").await.assert_status(200).json();
    assert_eq!(cleared["cleared"]["pages"], 2, "{cleared}");
}

#[tokio::test]
async fn what_a_write_has_made_void_has_no_time_left() {
    let app = Plan::with_homes(3).await.set("DEBUG", "true").start().await;
    let left = async || {
        let ttl = status(&app).await["ttl"].clone();
        ["all_properties", "property_count"].map(|name| ttl[name].is_u64())
    };
    app.get("/properties/").await;
    assert_eq!(left().await, [true, true]);
    app.create_without_session(&listing("New", "1", "Leith")).await;
    assert_eq!(left().await, [false, false]);
    app.get("/properties/").await;
    assert_eq!(left().await, [true, true]);
}

#[tokio::test]
async fn the_event_logs_position_and_lag_are_told() {
    let app = Plan::new().await.set("DEBUG", "true").start().await;
    app.staff().await.create_listing(&listing("New", "1", "L")).await;
    let events = status(&app).await["events"].clone();
    assert_eq!(events["last_id"], 1, "{events}");
    assert!(events["position"].is_u64() && events["lag"].is_u64(), "{events}");
}

#[tokio::test]
async fn a_level_that_is_out_of_reach_says_so() {
    let (redis, app) = Plan::with_homes(1).await.set("DEBUG", "true").behind_redis().await;
    redis.cut();
    for level in ["page_redis", "queryset", "count"] {
        let state = status(&app).await["levels"][level].clone();
        assert_eq!((&state["enabled"], &state["reachable"]), (&true.into(), &false.into()));
    }
    let off = app.another().set("REDIS_URL", "off").start().await;
    assert_eq!(status(&off).await["levels"]["page_redis"]["enabled"], false);
}

#[tokio::test]
async fn status_answers_without_the_database_too() {
    let (postgres, app) = Plan::new().await.set("DEBUG", "true").behind_postgres().await;
    postgres.cut();
    assert!(status(&app).await["events"]["last_id"].is_null());
}
