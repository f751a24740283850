//! What is requested once does not take the place of what is in use in Redis.

use crate::harness::{App, OwnRedis, Page, Plan, eventually};

/// More pages than the allowance for first requests has room for.
const BEYOND: u32 = 100;
/// How many filters one client makes up.
const FLOOD: u32 = 500;

fn filter(number: u32) -> String {
    format!("/properties/?max_price={}", 100_000 + number)
}

/// Whether the answer says that Redis keeps the page.
fn is_stored(page: &Page) -> bool {
    page.cache_status().contains("page-redis; fwd=uri-miss; stored")
}

/// How the levels took part in an answer that only memory keeps.
const ONLY_IN_MEMORY: &str =
    "queryset; fwd=uri-miss, page-redis; fwd=uri-miss, page-memory; fwd=uri-miss; stored";

/// Requests made-up lists until the allowance for first requests is used up; returns the number of the list that was
/// requested last, of which nothing is stored.
async fn use_up_the_allowance(app: &App, last: &str) -> u32 {
    for number in 0..BEYOND {
        let page = app.get(&filter(number)).await.assert_status(200);
        if page.cache_status() == last {
            return number;
        }
    }
    panic!("{BEYOND} made-up lists were stored at their first request");
}

#[tokio::test]
async fn made_up_filters_evict_nothing_that_is_in_use() {
    let redis = OwnRedis::start(&["--maxmemory-policy", "allkeys-lru"]).await;
    let plan = Plan::with_homes(60).await.set("REDIS_URL", redis.url());
    let app = plan.start().await;
    let mut hot = vec!["/properties/".to_owned(), "/properties/?page=2".to_owned()];
    hot.extend((1..=60).map(|id| format!("/properties/{id}/")));
    hot.extend(["/sitemap.xml", "/properties/feed.atom"].map(str::to_owned));
    for path in &hot {
        assert!(is_stored(&app.get(path).await.assert_status(200)), "{path}");
    }
    let before = app.keys("page").await;
    let cli = redis.cli().await;
    let info = async |name: &str| -> u64 {
        let info: String = cli.run(&["INFO", "everything"]).await;
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|number| number.trim().parse().ok()).expect("a figure")
    };
    // Room for what the allowance lets in, and not for the flood.
    let limit = info("used_memory").await + 4 * 1024 * 1024;
    let _: () = cli.run(&["CONFIG", "SET", "maxmemory", &limit.to_string()]).await;
    let mut bytes = 0;
    for number in 0..FLOOD {
        bytes += app.get(&filter(number)).await.assert_status(200).body.len();
    }
    assert!(bytes > 8 * 1024 * 1024, "{bytes} bytes are too few for this test");
    assert_eq!(info("evicted_keys").await, 0);
    let after = app.keys("page").await;
    assert!(before.iter().all(|key| after.contains(key)), "{before:?} {after:?}");
    let other = app.another().start().await;
    for path in &hot {
        other.get(path).await.assert_hit();
    }
}

#[tokio::test]
async fn a_made_up_filter_is_stored_when_it_is_requested_again() {
    let app = Plan::with_homes(3).await.start().await;
    let path = filter(use_up_the_allowance(&app, ONLY_IN_MEMORY).await);
    // Other instances don't wait for a load that is not stored.
    assert!(app.keys("lease").await.is_empty());
    let before = app.keys("page").await.len();
    app.get(&path).await.assert_memory_hit();
    let stored = async || (app.keys("page").await.len() == before + 1).then_some(());
    eventually("the page is in Redis", stored).await;
    app.another().start().await.get(&path).await.assert_hit();
    // What everybody requests is stored at once, whatever else was requested.
    assert!(is_stored(&app.get("/properties/").await));
    assert!(is_stored(&app.get("/properties/1/").await));
}

#[tokio::test]
async fn without_memory_the_second_request_for_a_made_up_filter_stores_it() {
    let app = Plan::with_homes(3).await.without_memory().start().await;
    let nowhere = "queryset; fwd=uri-miss, page-redis; fwd=uri-miss, page-memory; fwd=uri-miss";
    let path = filter(use_up_the_allowance(&app, nowhere).await);
    assert!(is_stored(&app.get(&path).await));
    app.get(&path).await.assert_hit();
    app.another().start().await.get(&path).await.assert_hit();
}

#[tokio::test]
async fn numbers_of_listings_that_do_not_exist_leave_few_keys_behind() {
    let app = Plan::with_homes(1).await.start().await;
    for id in 1000..1300 {
        app.get(&format!("/properties/{id}/")).await.assert_status(404);
    }
    let keys = app.keys("all_properties").await;
    assert!(keys.len() <= 210, "{} keys", keys.len());
    assert!(app.keys("lease").await.is_empty());
}

#[tokio::test]
async fn made_up_shortlists_leave_few_keys_behind() {
    let app = Plan::with_homes(1).await.start().await;
    for id in 1000..1300 {
        app.get(&format!("/shortlist/?ids=1,{id}")).await.assert_status(200);
    }
    let keys = app.keys("all_properties").await.len() + app.keys("page").await.len();
    assert!(keys <= 220, "{keys} keys");
}
