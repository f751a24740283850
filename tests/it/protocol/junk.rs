//! Whatever lies under a key, the answer is right.

use crate::harness::{App, Plan, RedisCli, eventually, spawn_homes};

const FAMILIES: [&str; 3] = ["page", "all_properties", "property_count"];

/// Fills the caches, spoils every entry, and checks that the page is right, and a hit again after that.
async fn survives(spoil: impl AsyncFn(&RedisCli, &str)) {
    let app = Plan::with_homes(3).await.without_memory().start().await;
    let redis = app.redis().await;
    for path in ["/properties/", "/properties/1/"] {
        let right = app.get(path).await.assert_status(200);
        for key in all_keys(&app).await {
            spoil(&redis, &key).await;
        }
        let page = app.get(path).await.assert_status(200);
        assert!(!page.is_hit(), "{path}: {}", page.cache_status());
        assert_eq!(page.text(), right.text(), "{path}");
        let page = app.get(path).await.assert_status(200);
        assert!(page.is_hit(), "{path}: {}", page.cache_status());
    }
}

async fn all_keys(app: &App) -> Vec<String> {
    let mut keys = Vec::new();
    for family in FAMILIES {
        keys.extend(app.keys(family).await);
    }
    keys
}

#[tokio::test]
async fn junk_under_every_key_is_a_miss() {
    survives(async |redis, key| redis.run_with(&["SET", key], b"\xff\x00junk").await).await;
}

#[tokio::test]
async fn nothing_under_every_key_is_a_miss() {
    survives(async |redis, key| redis.run_with(&["SET", key], b"").await).await;
}

#[tokio::test]
async fn a_value_of_another_type_under_every_key_is_a_miss() {
    survives(async |redis, key| {
        redis.run::<i64>(&["DEL", key]).await;
        redis.run_with(&["LPUSH", key], b"junk").await;
    })
    .await;
}

#[tokio::test]
async fn truncated_entries_are_misses() {
    survives(async |redis, key| {
        let bytes = redis.bytes(key).await;
        redis.run_with(&["SET", key], &bytes[..bytes.len() / 2]).await;
    })
    .await;
}

#[tokio::test]
async fn entries_with_a_changed_byte_are_misses() {
    survives(async |redis, key| {
        let mut bytes = redis.bytes(key).await;
        *bytes.last_mut().expect("an entry has bytes") ^= 1;
        redis.run_with(&["SET", key], &bytes).await;
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_claims_a_gigabyte_is_a_miss() {
    survives(async |redis, key| {
        let mut bytes = redis.bytes(key).await;
        bytes[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        seal(&mut bytes);
        redis.run_with(&["SET", key], &bytes).await;
    })
    .await;
}

#[tokio::test]
async fn an_entry_of_another_build_is_a_miss() {
    survives(async |redis, key| {
        // Right in everything else: its stamps are alive, and its checksum fits.
        let mut bytes = redis.bytes(key).await;
        let mark = b"\"build\":\"";
        let at = bytes.windows(mark.len()).position(|window| window == mark);
        let at = at.expect("an entry names its build") + mark.len();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        let end = bytes.len() - 2;
        bytes[end] = b'?';
        seal(&mut bytes);
        redis.run_with(&["SET", key], &bytes).await;
    })
    .await;
}

/// Makes an entry's checksum fit what it holds now.
fn seal(bytes: &mut [u8]) {
    let sum = crc32fast::hash(&bytes[8..]);
    bytes[4..8].copy_from_slice(&sum.to_le_bytes());
}

#[tokio::test]
async fn junk_under_the_position_makes_everything_void_and_no_page_wrong() {
    let app = spawn_homes(1).await;
    app.get("/properties/").await;
    let redis = app.redis().await;
    let key = format!("{}:log_position", app.prefix);
    for junk in ["junk", "", "1/2 3", "999/1 18446744073709551615"] {
        redis.run_with(&["SET", &key], junk.as_bytes()).await;
        let sql = format!("UPDATE property SET title = 'After {junk:?}' WHERE id = 1");
        app.database.run(&sql).await;
        app.has_heard_of_everything().await;
        app.get("/properties/").await.assert_status(200);
        assert!(app.get("/properties/").await.has("After"));
        eventually("the position is one again", async || {
            (redis.bytes(&key).await != junk.as_bytes()).then_some(())
        })
        .await;
    }
}
