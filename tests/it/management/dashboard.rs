//! The dashboard as a page: it shows the true state during every outage, and no made-up number.

use crate::harness::{App, OwnRedis, Page, Plan, Proxy, Shows as _, until};

async fn dashboard(app: &App) -> Page {
    let page = app.get("/properties/redis-metrics/").await.assert_status(200);
    page.hides(["NaN", "inf ", "None", "Some("]);
    page
}

async fn operator(plan: Plan) -> App {
    plan.homes(2).await.set("DEBUG", "true").start().await
}

#[tokio::test]
async fn it_says_no_data_and_no_limit_and_then_the_one_number_with_numerator_and_denominator() {
    // A separate Redis: only a limited number of keys is examined, and other tests' keys would be among them.
    let redis = OwnRedis::start(&[]).await;
    let app = operator(Plan::new().await.set("REDIS_URL", redis.url())).await;
    let page = dashboard(&app).await;
    page.shows(["No data", "limit: no limit"]);
    page.shows(["Nothing has been invalidated since this instance started"]);
    for _ in 0..4 {
        app.get("/properties/").await;
    }
    let page = dashboard(&app).await;
    page.shows(["75.0 %", "3 of 4", "Connected", "In use"]);
    page.shows(["Pages: lists", "Queries: lists", "Counts", "Generations of tags"]);
}

#[tokio::test]
async fn what_hits_have_spared_is_reckoned_from_what_loads_take() {
    let app = operator(Plan::new().await).await;
    for _ in 0..4 {
        app.get("/properties/?format=json").await;
    }
    let metrics = app.get_json("/properties/redis-metrics/").await["metrics"].clone();
    let saved = &metrics["levels"]["page_memory"]["saved"];
    // The rows and the count.
    assert_eq!((&saved["statements"], &saved["statements_per_load"]), (&6.into(), &2.0.into()));
    assert!(saved["time_us"].as_u64().is_some_and(|time| time > 0), "{saved}");
    assert!(metrics["levels"]["queryset"]["saved"].is_null());
}

#[tokio::test]
async fn the_keys_of_others_and_of_sessions_are_not_counted_among_pages() {
    let redis = OwnRedis::start(&[]).await;
    let app = operator(Plan::new().await.set("REDIS_URL", redis.url())).await;
    let cli = redis.cli().await;
    for number in 0..30 {
        cli.run::<()>(&["SET", &format!("other:{number}"), "x"]).await;
    }
    app.get("/properties/").await;
    app.staff().await.get("/admin/").await;
    let metrics = app.get_json("/properties/redis-metrics/").await;
    let keys = &metrics["metrics"]["keys"];
    assert_eq!((&keys["foreign"], &keys["estimated"]), (&30.into(), &false.into()), "{keys}");
    let families = keys["families"].as_array().expect("families");
    let entries = |name: &str| {
        let found = families.iter().find(|family| family["name"] == name);
        found.map(|family| family["entries"].as_u64().expect("a number"))
    };
    assert_eq!((entries("Pages: lists"), entries("Pages: others")), (Some(1), None), "{keys}");
    assert_eq!(entries("Sessions"), Some(1), "{keys}");
}

#[tokio::test]
async fn a_look_at_many_keys_is_bounded_and_marked_as_an_estimate() {
    let redis = OwnRedis::start(&[]).await;
    let app = operator(Plan::new().await.set("REDIS_URL", redis.url())).await;
    let fill = "for i = 1, 20000 do redis.call('SET', ARGV[1] .. ':page:http://h/list.html?' .. i, 'x') end";
    redis.cli().await.run::<()>(&["EVAL", fill, "0", &app.prefix]).await;
    let metrics = app.get_json("/properties/redis-metrics/").await;
    let keys = &metrics["metrics"]["keys"];
    assert_eq!(keys["estimated"], true);
    assert!(keys["looked_at"].as_u64().is_some_and(|keys| keys < 4000), "{keys}");
    let lists = keys["families"][0]["entries"].as_u64().expect("a number");
    assert!((19_000..=20_100).contains(&lists), "{keys}");
    assert!(dashboard(&app).await.has("Keys, estimated"));
}

#[tokio::test]
async fn every_outage_is_said_and_the_dashboard_answers() {
    let (redis, postgres) = (Proxy::to_redis(), Proxy::to_postgres());
    let plan = Plan::new().await.set("REDIS_URL", redis.redis_url());
    let app = operator(plan.behind(&postgres)).await;
    redis.cut();
    app.get("/properties/").await;
    let page = dashboard(&app).await;
    page.shows(["Redis can’t be reached", "Unreachable"]).hides(["The Redis server"]);
    postgres.cut();
    until("it is said", async || {
        dashboard(&app).await.has("does not receive change notifications")
    })
    .await;
}

#[tokio::test]
async fn what_is_turned_off_is_said_to_be() {
    let plan = Plan::new().await.without_memory().set("REDIS_URL", "off");
    let page = dashboard(&operator(plan).await).await;
    page.shows(["PAGE_CACHE_MEMORY_MB is 0", "Set REDIS_URL"]).hides(["can’t be reached"]);
}
