//! A Redis that answers but refuses: full, or read-only after a failover.

use crate::harness::{App, OwnRedis, Plan, Shows as _, listing, until};

async fn app_on(redis: &OwnRedis) -> App {
    Plan::with_homes(2).await.set("REDIS_URL", redis.url()).start().await
}

#[tokio::test]
async fn a_full_redis_that_evicts_nothing_makes_no_page_stale_or_wrong() {
    let redis = OwnRedis::start(&["--maxmemory-policy", "noeviction"]).await;
    let app = app_on(&redis).await;
    let staff = app.staff().await;
    app.get("/properties/").await;
    assert!(app.get("/properties/").await.is_hit());
    let cli = redis.cli().await;
    cli.run::<()>(&["CONFIG", "SET", "maxmemory", "1"]).await;
    for round in 0..3 {
        let title = format!("Round {round}");
        staff.edit_listing(1, &listing(&title, "1", "Leith")).await;
        for path in ["/properties/", "/properties/1/", "/properties/?q=round"] {
            app.get(path).await.assert_status(200).shows([&title]);
        }
    }
    cli.run::<()>(&["CONFIG", "SET", "maxmemory", "0"]).await;
    until("pages are hits again", async || {
        let page = app.get("/properties/").await.assert_status(200);
        page.shows(["Round 2"]);
        page.is_hit()
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_refuses_an_invalidation_is_not_read_until_it_is_repaired() {
    let redis = OwnRedis::start(&[]).await;
    let app = app_on(&redis).await;
    app.get("/properties/").await;
    assert!(app.get("/properties/").await.is_hit());
    let cli = redis.cli().await;
    // A replica answers reads and refuses writes; after a failover, a site may use one for a while.
    cli.run::<()>(&["REPLICAOF", "127.0.0.1", "1"]).await;
    app.create_without_session(&listing("Mended", "1", "Leith")).await;
    for _ in 0..5 {
        app.get("/properties/").await.assert_status(200).shows(["Mended"]);
    }
    cli.run::<()>(&["REPLICAOF", "NO", "ONE"]).await;
    until("pages are hits again", async || {
        let page = app.get("/properties/").await.assert_status(200);
        page.shows(["Mended"]);
        page.is_hit()
    })
    .await;
}

#[tokio::test]
async fn a_redis_under_memory_pressure_evicts_and_makes_no_page_stale() {
    let redis = OwnRedis::start(&["--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru"]).await;
    let app = app_on(&redis).await;
    let staff = app.staff().await;
    let cli = redis.cli().await;
    for round in 0..5 {
        let title = format!("Round {round}");
        staff.edit_listing(1, &listing(&title, "1", "Leith")).await;
        for filler in 0..60 {
            cli.run_with(&["SET", &format!("filler:{round}:{filler}")], &[7; 30_000]).await;
        }
        for path in ["/properties/", "/properties/1/", "/properties/?location=Leith"] {
            app.get(path).await.assert_status(200).shows([&title]);
        }
    }
    let info: String = cli.run(&["INFO", "stats"]).await;
    assert!(!info.contains("evicted_keys:0\r"), "nothing was evicted");
}
