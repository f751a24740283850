//! The lifetimes of entries.

use crate::harness::{App, Plan, spawn_homes, until};

async fn lifetimes(app: &App, family: &str) -> Vec<f64> {
    let redis = app.redis().await;
    let mut seconds = Vec::new();
    for key in app.keys(family).await {
        let millis: f64 = redis.run(&["PTTL", &key]).await;
        seconds.push(millis / 1000.0);
    }
    seconds
}

/// The remaining lifetime that a hit reports.
async fn told(app: &App, path: &str) -> u64 {
    app.get(path).await;
    let page = app.get(path).await;
    let (_, ttl) = page.cache_status().split_once("; hit; ttl=").expect("a hit");
    ttl.parse().expect("a number")
}

#[tokio::test]
async fn entries_live_as_long_as_the_configuration_says() {
    let app = spawn_homes(1).await;
    app.get("/properties/?format=json").await;
    for (family, want) in [("page", 900.0), ("all_properties", 3600.0), ("property_count", 1800.0)]
    {
        let [seconds] = lifetimes(&app, family).await[..] else {
            panic!("one entry of {family}");
        };
        let share = seconds / want;
        assert!((0.94..=1.051).contains(&share), "{family}: {seconds}");
    }
}

#[tokio::test]
async fn a_page_lives_no_longer_than_the_data_that_it_shows() {
    for (name, value) in [("QUERYSET_CACHE_TTL", "50"), ("COUNT_CACHE_TTL", "50")] {
        let app = Plan::with_homes(1).await.set(name, value).start().await;
        let ttl = told(&app, "/properties/").await;
        assert!((30..=53).contains(&ttl), "{name}: {ttl}");
    }
}

#[tokio::test]
async fn a_page_made_of_old_data_lives_only_as_long_as_that() {
    let app = Plan::with_homes(1).await.set("QUERYSET_CACHE_TTL", "3").start().await;
    app.get("/properties/?format=json").await;
    // The same rows in another format, made of the queryset that is already cached.
    let first = told(&app, "/properties/").await;
    assert!(first <= 3, "{first}");
    let age = app.get("/properties/?format=json").await;
    assert!(age.is_hit() || first < 3, "{}", age.cache_status());
}

#[tokio::test]
async fn lifetimes_are_spread_by_five_percent() {
    let app = spawn_homes(1).await;
    // Redis gets some of them at their second request only.
    until("all pages are stored", async || {
        for price in 1..=60 {
            app.get(&format!("/properties/?min_price={price}")).await;
        }
        app.keys("page").await.len() == 60
    })
    .await;
    let seconds = lifetimes(&app, "page").await;
    let (min, max) =
        seconds.iter().fold((f64::MAX, f64::MIN), |(min, max), s| (min.min(*s), max.max(*s)));
    assert!(min >= 840.0 && max <= 945.0, "{min} {max}");
    assert!(max - min > 45.0, "{min} {max}: they expire together");
}

#[tokio::test]
async fn the_age_of_a_page_grows_from_zero() {
    let app = spawn_homes(1).await;
    assert_eq!(app.get("/properties/").await.header("age"), "0");
    until("the page ages", async || {
        let page = app.get("/properties/").await;
        page.assert_hit();
        page.header("age") == "1"
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_has_expired_is_computed_anew() {
    for memory in ["64", "0"] {
        let plan = Plan::with_homes(1).await;
        let app = plan.set("PAGE_CACHE_MEMORY_MB", memory).set("PAGE_CACHE_TTL", "1").start().await;
        app.get("/properties/").await;
        // No request is sent while it is about to expire, because that would refresh it.
        until("the page has expired", async || app.keys("page").await.is_empty()).await;
        let page = app.get("/properties/").await;
        assert!(page.is_stored(), "{memory}: {page:?}");
    }
}
