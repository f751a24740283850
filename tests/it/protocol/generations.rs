//! Entries are valid by the generations of their tags, and an invalid one never becomes valid again.

use crate::harness::{Plan, RedisCli, Shows as _, listing};

const PATH: &str = "/properties/?location=Leith";

async fn delete(redis: &RedisCli, keys: &[String]) {
    assert!(!keys.is_empty());
    for key in keys {
        redis.run::<i64>(&["DEL", key]).await;
    }
}

#[tokio::test]
async fn entries_whose_generations_are_lost_become_misses_and_never_come_back() {
    let app = Plan::with_homes(2).await.without_memory().start().await;
    let redis = app.redis().await;
    app.get(PATH).await;
    assert!(app.get(PATH).await.is_hit());
    delete(&redis, &app.keys("gen").await).await;
    app.get(PATH).await.assert_stored();
    let staff = app.staff().await;
    for title in ["Second", "Third"] {
        staff.edit_listing(1, &listing(title, "1", "Leith")).await;
        delete(&redis, &app.keys("gen").await).await;
        assert!(app.get(PATH).await.has(title));
        assert!(app.get(PATH).await.has(title));
    }
}

#[tokio::test]
async fn an_entry_from_before_a_write_stays_dead_wherever_it_is_put_back() {
    let app = Plan::with_homes(2).await.without_memory().start().await;
    let redis = app.redis().await;
    app.get(PATH).await;
    let mut old = Vec::new();
    for family in ["page", "all_properties", "property_count"] {
        for key in app.keys(family).await {
            let bytes = redis.bytes(&key).await;
            old.push((key, bytes));
        }
    }
    assert_eq!(old.len(), 3);
    app.staff().await.edit_listing(1, &listing("Mended", "1", "Leith")).await;
    app.get(PATH).await;
    for (key, bytes) in old {
        redis.run_with(&["SET", &key], &bytes).await;
    }
    app.get(PATH).await.assert_stored().shows(["Mended"]);
}

#[tokio::test]
async fn generations_that_are_no_tokens_are_replaced() {
    let app = Plan::with_homes(2).await.without_memory().start().await;
    let redis = app.redis().await;
    for junk in [
        &["SET", "KEY", ""][..],
        &["SET", "KEY", "short"],
        &["LPUSH", "KEY", "a"],
        &["HSET", "KEY", "a", "b"],
    ] {
        app.get(PATH).await;
        for key in app.keys("gen").await {
            redis.run::<i64>(&["DEL", &key]).await;
            let words: Vec<_> = junk.iter().map(|word| word.replace("KEY", &key)).collect();
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            redis.run::<()>(&words).await;
        }
        let page = app.get(PATH).await.assert_status(200);
        assert!(page.is_stored(), "{junk:?}: {}", page.cache_status());
        let page = app.get(PATH).await.assert_status(200);
        assert!(page.is_hit(), "{junk:?}: {}", page.cache_status());
    }
}

#[tokio::test]
async fn generations_outlive_every_entry_that_carries_them() {
    let app = Plan::with_homes(2).await.without_memory().start().await;
    app.get(PATH).await;
    let redis = app.redis().await;
    let mut longest = 0;
    for family in ["page", "all_properties", "property_count"] {
        for key in app.keys(family).await {
            longest = longest.max(redis.run::<i64>(&["PTTL", &key]).await);
        }
    }
    assert!(longest > 0);
    for key in app.keys("gen").await {
        let ttl: i64 = redis.run(&["PTTL", &key]).await;
        assert!(ttl > longest, "{key}: {ttl} ms, an entry {longest} ms");
    }
}

#[tokio::test]
async fn writes_leave_no_keys_behind_but_marks_that_expire() {
    let app = Plan::with_homes(2).await.without_memory().start().await;
    let staff = app.staff().await;
    for round in 0..5 {
        staff.edit_listing(1, &listing(&format!("Round {round}"), "1", "Leith")).await;
        app.get(PATH).await;
    }
    let redis = app.redis().await;
    assert_eq!(app.keys("page").await.len(), 1);
    // The list's rows, and the places that the form suggests.
    assert_eq!(app.keys("all_properties").await.len(), 2);
    for key in redis.keys(&format!("{}:", app.prefix)).await {
        let ttl: i64 = redis.run(&["TTL", &key]).await;
        assert!(ttl > 0 || key.ends_with(":log_position:2"), "{key} never expires");
    }
}
