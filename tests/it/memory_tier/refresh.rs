//! A page that is about to expire is computed anew while readers get hits.

use std::time::{Duration, Instant};

use property_listings::cache::Level;

use crate::harness::{App, Page, Plan};

/// How long an entry lives in these tests: long enough that a busy machine asks within the last tenth of it.
const LIFETIME: Duration = Duration::from_secs(5);

/// Asks again and again for three lifetimes. An answer counts if the ones before it came steadily for a while: a machine
/// that stood still may have missed a refresh, or the moment to arm the memory. Returns how often it asked.
async fn ask_steadily(app: &App, path: &str, mut check: impl FnMut(&Page)) -> u64 {
    let start = Instant::now();
    let mut asked = 0;
    let (mut last, mut steady_since) = (start, start);
    while start.elapsed() < 3 * LIFETIME + LIFETIME / 5 {
        let page = app.get(path).await.assert_status(200);
        asked += 1;
        if last.elapsed() > LIFETIME / 40 {
            steady_since = Instant::now();
        }
        if steady_since.elapsed() > LIFETIME / 5 {
            check(&page);
        }
        last = Instant::now();
        tokio::task::yield_now().await;
    }
    asked
}

async fn is_never_missed_again(redis: Option<&str>) {
    let plan = Plan::new().await.homes(2).await.set("PAGE_CACHE_TTL", "5");
    let plan = match redis {
        Some(redis) => plan.set("REDIS_URL", redis),
        None => plan,
    };
    let app = plan.start().await;
    let path = "/properties/";
    app.has_in_memory(path).await;
    // What comes from Redis is stored in memory too, and is no refresh.
    let level = match redis {
        None => Level::PageRedis,
        Some(_) => Level::PageMemory,
    };
    let before = app.counts(level).await;
    let pages_before: u64 = app.pages().await.iter().sum();
    let mut oldest = 0;
    let asked = ask_steadily(&app, path, |page| {
        assert!(page.is_hit(), "{}", page.cache_status());
        oldest = oldest.max(page.header("age").parse().expect("seconds"));
    })
    .await;
    // With Redis, the page is made anew of rows that live for longer, and its age is theirs.
    let most = if redis.is_none() { 20 } else { 5 };
    assert!((4..=most).contains(&oldest), "{oldest}");
    let stores = app.counts(level).await.stores - before.stores;
    // Three lifetimes of nine tenths, each five percent longer or shorter, and one that began before.
    assert!((2..=6).contains(&stores), "{stores} stores");
    // What is computed in the background was asked for by nobody.
    let pages: u64 = app.pages().await.iter().sum();
    assert_eq!(pages - pages_before, asked);
}

#[tokio::test]
async fn a_page_that_readers_ask_for_is_computed_anew_before_it_expires() {
    is_never_missed_again(None).await;
}

#[tokio::test]
async fn without_redis_too_readers_never_wait_for_a_page_that_expires() {
    is_never_missed_again(Some("off")).await;
}

#[tokio::test]
async fn without_memory_too_readers_never_wait_for_a_page_that_expires() {
    let plan = Plan::new().await.without_memory().homes(2).await;
    let app = plan.set("PAGE_CACHE_TTL", "5").start().await;
    app.get("/properties/").await;
    let before = app.counts(Level::PageRedis).await;
    ask_steadily(&app, "/properties/", |page| {
        assert!(page.is_hit(), "{}", page.cache_status());
    })
    .await;
    let stores = app.counts(Level::PageRedis).await.stores - before.stores;
    assert!((2..=5).contains(&stores), "{stores} stores");
}

#[tokio::test]
async fn rows_that_readers_ask_for_are_loaded_anew_before_they_expire() {
    let plan = Plan::new().await.without_memory().homes(2).await;
    let app = plan
        .set("PAGE_CACHE_TTL", "1")
        .set("QUERYSET_CACHE_TTL", "5")
        .start()
        .await;
    // As data, a list is one entry of rows.
    let path = "/properties/?format=json";
    app.get(path).await;
    let before = app.counts(Level::Queryset).await;
    ask_steadily(&app, path, |page| {
        let status = page.cache_status();
        assert!(
            page.is_hit() || status.starts_with("queryset; hit"),
            "{status}"
        );
    })
    .await;
    let stores = app.counts(Level::Queryset).await.stores - before.stores;
    assert!((2..=5).contains(&stores), "{stores} stores");
}

#[tokio::test]
async fn a_page_of_rows_that_are_far_older_than_it_is_computed_anew_no_more_often() {
    let plan = Plan::new().await.homes(2).await;
    let app = plan.set("PAGE_CACHE_TTL", "1").start().await;
    app.has_in_memory("/properties/").await;
    let before = app.counts(Level::PageRedis).await;
    let mut hits = 0;
    ask_steadily(&app, "/properties/", |page| {
        hits += u64::from(page.is_hit())
    })
    .await;
    assert!(hits > 1000, "{hits} hits");
    let stores = app.counts(Level::PageRedis).await.stores - before.stores;
    // Sixteen seconds, and a lifetime of one: more than twice as often is too often.
    assert!(stores <= 32, "{stores} stores");
}

#[tokio::test]
async fn a_page_that_nobody_asks_for_is_not_computed_anew() {
    let plan = Plan::new().await.homes(2).await.set("PAGE_CACHE_TTL", "1");
    let app = plan.start().await;
    app.get("/properties/").await;
    let before = app.counts(Level::PageMemory).await;
    let start = Instant::now();
    crate::harness::eventually("it has expired", async || {
        (start.elapsed() > Duration::from_millis(1100)).then_some(())
    })
    .await;
    assert_eq!(app.counts(Level::PageMemory).await.stores, before.stores);
    let page = app.get("/properties/").await;
    assert!(page.is_stored(), "{}", page.cache_status());
}

#[tokio::test]
async fn lifetimes_in_memory_are_spread_so_that_pages_do_not_expire_together() {
    let plan = Plan::new().await.homes(1).await.set("REDIS_URL", "off");
    let app = plan.start().await;
    let mut seconds = Vec::new();
    for price in 1..=40 {
        let page = app
            .has_in_memory(&format!("/properties/?min_price={price}&format=json"))
            .await;
        let (_, ttl) = page.cache_status().split_once("ttl=").expect("a lifetime");
        seconds.push(ttl.parse::<u64>().expect("seconds"));
    }
    let (min, max) = (seconds.iter().min(), seconds.iter().max());
    let (min, max) = (*min.expect("some"), *max.expect("some"));
    assert!(min >= 840 && max <= 945, "{min} {max}");
    assert!(max - min > 40, "{min} {max}: they expire together");
}
