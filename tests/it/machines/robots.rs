//! `GET /robots.txt`

use crate::harness::{Plan, spawn_app};

#[tokio::test]
async fn crawlers_may_look_at_everything_but_what_is_for_staff_operators_and_tests() {
    let app = spawn_app().await;
    let page = app.get("/robots.txt").await.assert_status(200);
    assert_eq!(page.header("content-type"), "text/plain; charset=utf-8");
    let mut lines = page.text().lines();
    assert_eq!(lines.next(), Some("User-agent: *"));
    assert_eq!(lines.next(), Some("Allow: /"));
    let refused: Vec<&str> =
        page.text().lines().filter_map(|line| line.strip_prefix("Disallow: ")).collect();
    let wanted = [
        "/properties/facets/",
        "/shortlist/",
        "/properties/*/next/",
        "/properties/*/previous/",
        "/properties/*/enquire/",
        "/alerts/",
        "/properties/no-cache/",
        "/metrics",
        "/properties/redis-metrics/",
        "/properties/cache-explain/",
        "/properties/cache-status/",
        "/properties/cache-clear/",
        "/properties/cache-test/",
        "/properties/cache-warm/",
        "/properties/cache-load-test/",
        "/properties/test-signals/",
        "/admin/",
    ];
    assert_eq!(refused, wanted);
    let last = page.text().lines().last();
    assert_eq!(last, Some("Sitemap: http://homes.example/sitemap.xml"));
}

#[tokio::test]
async fn no_write_touches_it_and_a_clear_does() {
    let app = Plan::new().await.homes(2).await.start().await;
    let first = app.get("/robots.txt").await;
    assert_eq!(first.cache_status(), "page-redis; fwd=uri-miss; stored", "it is made of no rows");
    app.database.run("UPDATE property SET price = 1").await;
    app.has_heard_of_everything().await;
    let again = app.get("/robots.txt").await;
    assert!(again.is_memory_hit(), "{}", again.cache_status());
    let cleared = app.services.management.clear("a test").await;
    cleared.expect("cleared");
    assert!(app.get("/robots.txt").await.is_stored());
    assert_eq!(app.keys("all_properties").await.len(), 0);
}

#[tokio::test]
async fn without_redis_it_is_kept_in_memory() {
    let app = Plan::new().await.set("REDIS_URL", "off").start().await;
    let first = app.get("/robots.txt").await;
    assert_eq!(first.cache_status(), "page-memory; fwd=uri-miss; stored");
    assert!(app.get("/robots.txt").await.is_memory_hit());
}
