//! The number of requests to Redis for a page.

use crate::harness::{OwnRedis, Plan, listing, until};

#[tokio::test]
async fn what_an_invalidation_has_made_void_is_not_looked_for() {
    let redis = OwnRedis::start(&[]).await;
    let plan = Plan::with_homes(3).await.set("REDIS_URL", redis.url());
    let app = plan.start().await;
    let other = app.another().start().await;
    app.has_in_memory("/properties/").await;
    let cli = redis.cli().await;
    for title in ["New", "Newer"] {
        app.create_without_session(&listing(title, "1", "Leith")).await;
        let before = cli.calls("mget").await;
        assert!(app.get("/properties/").await.assert_stored().has(title));
        // Only the page: the generations of its rows, count and places are known to be missing.
        assert_eq!(cli.calls("mget").await, before + 1, "{title}");
        // What was loaded since is looked up and found, in another format and by another instance.
        let status = app.get("/properties/?format=json").await.cache_status().to_owned();
        assert!(status.starts_with("queryset; hit"), "{status}");
        until("the other instance has heard of it", async || {
            let page = other.get("/properties/").await;
            page.is_hit() && page.has(title)
        })
        .await;
    }
}
