//! Responses are right for any content under a key.

use crate::harness::{App, Plan, RedisCli, spawn_homes, until};

/// Fills the caches, spoils every entry, and checks that the page is right, and a hit again afterwards.
async fn survives(app: &App, what: &str, mark_for_replacement: impl AsyncFn(&RedisCli, &str)) {
    let redis = app.redis().await;
    for path in ["/properties/", "/properties/1/"] {
        let right = app.get(path).await.assert_status(200);
        for family in ["page", "body", "all_properties", "property_count"] {
            for key in app.keys(family).await {
                mark_for_replacement(&redis, &key).await;
            }
        }
        let page = app.get(path).await.assert_status(200);
        assert!(!page.is_hit() && page.text() == right.text(), "{what}: {page:?}");
        let page = app.get(path).await.assert_status(200);
        assert!(page.is_hit(), "{what}: {page:?}");
    }
}

/// Changes the bytes of an entry.
async fn change(redis: &RedisCli, key: &str, change: impl Fn(&mut Vec<u8>)) {
    let mut bytes = redis.bytes(key).await;
    change(&mut bytes);
    redis.run_with(&["SET", key], &bytes).await;
}

#[tokio::test]
async fn whatever_lies_under_every_key_is_a_miss_and_the_page_is_right() {
    let app = Plan::with_homes(3).await.without_memory().start().await;
    for junk in [&b"\xff\x00junk"[..], b""] {
        survives(&app, "junk", async |redis, key| redis.run_with(&["SET", key], junk).await).await;
    }
    survives(&app, "another type", async |redis, key| {
        redis.run::<i64>(&["DEL", key]).await;
        redis.run_with(&["LPUSH", key], b"junk").await;
    })
    .await;
    survives(&app, "a truncated entry", async |redis, key| {
        change(redis, key, |bytes| bytes.truncate(bytes.len() / 2)).await;
    })
    .await;
    survives(&app, "a changed byte", async |redis, key| {
        change(redis, key, |bytes| *bytes.last_mut().expect("an entry has bytes") ^= 1).await;
    })
    .await;
    survives(&app, "a claim of a gigabyte", async |redis, key| {
        let claim = |bytes: &mut Vec<u8>| {
            bytes[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
            seal(bytes);
        };
        change(redis, key, claim).await;
    })
    .await;
    // Valid in everything else: its stamps are current, and its checksum is right.
    survives(&app, "another build", async |redis, key| {
        // A body has no head of its own.
        if key.contains(":body:") {
            return;
        }
        let rebuild = |bytes: &mut Vec<u8>| {
            let mark = b"\"build\":\"";
            let at = bytes.windows(mark.len()).position(|window| window == mark);
            let at = at.expect("an entry names its build") + mark.len();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let end = bytes.len() - 2;
            bytes[end] = b'?';
            seal(bytes);
        };
        change(redis, key, rebuild).await;
    })
    .await;
}

/// Updates an entry's checksum.
fn seal(bytes: &mut [u8]) {
    let sum = crc32fast::hash(&bytes[8..]);
    bytes[4..8].copy_from_slice(&sum.to_le_bytes());
}

#[tokio::test]
async fn junk_under_the_position_makes_everything_void_and_no_page_wrong() {
    let app = spawn_homes(1).await;
    app.get("/properties/").await;
    let redis = app.redis().await;
    let key = format!("{}:log_position:2", app.prefix);
    for junk in ["junk", "", "1/2 3", "999/1 18446744073709551615"] {
        redis.run_with(&["SET", &key], junk.as_bytes()).await;
        app.sql(&format!("UPDATE property SET title = 'After {junk:?}' WHERE id = 1")).await;
        app.has_heard_of_everything().await;
        app.get("/properties/").await.assert_status(200);
        assert!(app.get("/properties/").await.has("After"));
        until("the position is one again", async || redis.bytes(&key).await != junk.as_bytes())
            .await;
    }
}
