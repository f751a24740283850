//! The size limit of the memory tier.

use crate::harness::Plan;

const MEBIBYTE: u64 = 1024 * 1024;

#[tokio::test]
async fn the_tier_stays_within_its_bound_and_keeps_the_page_that_everybody_reads() {
    let plan = Plan::with_homes(24).await.set("DEBUG", "true");
    let app = plan.set("PAGE_CACHE_MEMORY_MB", "1").start().await;
    let hot = "/properties/?format=json";
    let size = async || {
        let status = app.get("/properties/cache-status/").await.json();
        let memory = status["levels"]["page_memory"].clone();
        let number = |field: &str| memory[field].as_u64().expect("a number");
        (number("entries"), number("bytes"))
    };
    app.has_in_memory(hot).await;
    let (entries, weight) = size().await;
    assert_eq!(entries, 1);
    let pages = 300;
    assert!(weight * pages > 2 * MEBIBYTE, "{weight} bytes a page are too few for this test");
    for price in 1..=pages {
        let path = format!("/properties/?format=json&max_price={}", 100_000 + price);
        app.get(&path).await.assert_status(200);
        app.get(hot).await.assert_status(200);
        if price % 50 == 0 {
            let (entries, bytes) = size().await;
            assert!(bytes <= MEBIBYTE, "{entries} pages, {bytes} bytes");
        }
    }
    let (entries, bytes) = size().await;
    assert!(entries > 20 && bytes > MEBIBYTE / 2, "{entries} pages, {bytes} bytes");
    app.get(hot).await.assert_memory_hit();
}

#[tokio::test]
async fn a_page_that_is_longer_than_the_tier_is_answered_and_not_held() {
    let plan = Plan::new().await.set("DEBUG", "true");
    let long = "INSERT INTO property (title, description, price, location)
        SELECT 'Long ' || n, (SELECT string_agg(md5(n || '-' || m), ' ') FROM generate_series(1, 600) AS m), 1, 'Leith'
        FROM generate_series(1, 100) AS n; DELETE FROM event_log";
    let plan = plan.sql(&format!("BEGIN; {long}; COMMIT")).await;
    let app = plan.set("PAGE_CACHE_MEMORY_MB", "1").start().await;
    for _ in 0..3 {
        let page = app.get("/properties/?format=json&page_size=100").await;
        let page = page.assert_status(200);
        assert!(!page.is_memory_hit() && page.body.len() > 1_500_000, "{}", page.cache_status());
    }
    assert!(app.has_in_memory("/properties/1/").await.has("Long 1"));
}
