//! What operators see if Redis refuses, is slow, or can't be repaired.

use std::time::Duration;

use property_listings::cache::Level;

use super::{advice, metrics};
use crate::harness::{App, OwnRedis, Plan, Proxy, RedisCli, Shows as _, listing, until};

async fn operator(plan: Plan) -> App {
    plan.homes(2).await.set("DEBUG", "true").start().await
}

/// The number of connections that the server has accepted so far.
async fn connections_received(cli: &RedisCli) -> u64 {
    let info: String = cli.run(&["INFO", "stats"]).await;
    let (_, rest) = info.split_once("total_connections_received:").expect("a figure");
    rest.split('\r').next().expect("a number").parse().expect("a number")
}

#[tokio::test]
async fn what_redis_refuses_is_an_error_of_the_level_that_asked() {
    // A command for looking entries up, and one for storing them.
    for command in ["-mget", "-expire"] {
        let redis = OwnRedis::start(&[]).await;
        let app = operator(Plan::new().await.set("REDIS_URL", redis.url())).await;
        redis.cli().await.run::<()>(&["ACL", "SETUSER", "default", command]).await;
        app.get("/properties/?format=json").await.assert_status(200);
        for level in [Level::PageRedis, Level::Queryset, Level::Count] {
            assert_eq!(app.counts(level).await.errors, 1, "{command} {level:?}");
        }
        assert_eq!(app.counts(Level::PageMemory).await.errors, 0);
    }
}

#[tokio::test]
async fn a_redis_that_is_out_of_reach_refuses_nothing() {
    let app = operator(Plan::new().await.set("REDIS_URL", "redis://127.0.0.1:1")).await;
    app.get("/properties/").await.assert_status(200);
    app.create_without_session(&listing("New", "1", "Leith")).await;
    for level in [Level::PageRedis, Level::Queryset, Level::Count] {
        assert_eq!(app.counts(level).await.errors, 0, "{level:?}");
    }
}

#[tokio::test]
async fn a_clear_waits_for_a_redis_that_is_slow() {
    let redis = OwnRedis::start(&[]).await;
    let proxy = Proxy::to_redis_at(&redis.url());
    let app = operator(Plan::new().await.set("REDIS_URL", proxy.redis_url())).await;
    app.get("/properties/").await;
    // Longer than a command on the hot path may take; requests don't scan.
    proxy.slow_down("SCAN", Duration::from_millis(700));
    let cleared = app.reader.post_empty("/properties/cache-clear/").await.assert_status(200).json();
    assert_eq!(cleared["cleared"]["pages"], 1, "{cleared}");
}

#[tokio::test]
async fn a_redis_that_answers_and_takes_no_writes_is_told_from_one_that_is_gone() {
    let redis = OwnRedis::start(&["--maxmemory-policy", "noeviction"]).await;
    let app = operator(Plan::new().await.set("REDIS_URL", redis.url())).await;
    let cli = redis.cli().await;
    cli.run::<()>(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let before = connections_received(&cli).await;
    until("it was tried again and again", async || connections_received(&cli).await >= before + 5)
        .await;
    let told = metrics(&app).await;
    assert_eq!(
        (&told["redis"]["reachable"], &told["redis"]["state"]),
        (&true.into(), &"repairing".into()),
        "{told}"
    );
    assert_eq!(told["redis"]["connections"], 1, "{told}");
    advice(&told).shows(["Redis responds", "OOM", "allkeys-lru"]);
    let page = app.get("/properties/redis-metrics/").await;
    page.shows(["Refusing commands", "OOM", "The Redis server"]).hides(["Redis can’t be reached"]);
    cli.run::<()>(&["CONFIG", "SET", "maxmemory", "0"]).await;
    until("it is in use again", async || {
        let told = metrics(&app).await;
        (&told["redis"]["state"], &told["redis"]["connections"]) == (&"up".into(), &2.into())
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_waits_for_the_database_is_not_said_to_be_gone() {
    let (redis, postgres) = (Proxy::to_redis(), Proxy::to_postgres());
    let plan = Plan::new().await.set("REDIS_URL", redis.redis_url());
    let app = operator(plan.behind(&postgres)).await;
    postgres.cut();
    redis.cut();
    until("the loss is noticed", async || {
        let told = metrics(&app).await;
        told["redis"]["state"] == "down" && advice(&told).contains("can't be reached")
    })
    .await;
    redis.restore();
    until("it answers", async || {
        let told = metrics(&app).await;
        let repairing = told["redis"]["state"] == "repairing";
        repairing && advice(&told).contains("DATABASE_URL")
    })
    .await;
}
