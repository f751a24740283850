//! A page in Redis: a head, and a body with a separate key per encoding.

use crate::harness::{App, OwnRedis, Page, Plan, RedisCli, until};
use crate::pages::encodings::decoded;

const LIST: &str = "/properties/";
const ENCODINGS: [&str; 3] = ["identity", "gzip", "br"];

async fn encoded(app: &App, encoding: &str) -> Page {
    let page = app.reader.get_with(LIST, &[("accept-encoding", encoding)]).await;
    let page = page.assert_status(200);
    let sent = page.header("content-encoding");
    assert_eq!(if sent.is_empty() { "identity" } else { sent }, encoding);
    page
}

/// A site that stores pages only in Redis, with a page there.
async fn spawn() -> App {
    let app = Plan::new().await.homes(24).await.without_memory().start().await;
    app.get(LIST).await.assert_stored();
    app
}

async fn figure(cli: &RedisCli, section: &str, name: &str) -> usize {
    let info: String = cli.run(&["INFO", section]).await;
    let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.expect("a figure").trim().parse().expect("a number")
}

#[tokio::test]
async fn a_hit_transfers_the_body_that_is_asked_for_and_no_other() {
    let redis = OwnRedis::start(&[]).await;
    let plan = Plan::new().await.homes(24).await.without_memory();
    let app = plan.set("REDIS_URL", redis.url()).start().await;
    let text = app.get(LIST).await.body.len();
    let cli = redis.cli().await;
    for encoding in ENCODINGS {
        let length = encoded(&app, encoding).await.body.len();
        let before = figure(&cli, "stats", "total_net_output_bytes").await;
        for _ in 0..20 {
            encoded(&app, encoding).await.assert_hit();
        }
        let sent = figure(&cli, "stats", "total_net_output_bytes").await - before;
        // The head and the generations, and the traffic of INFO and of following the log.
        let most = 20 * (length + 800) + 15_000;
        assert!(sent < most, "{encoding}: {sent} bytes for {length} of {text}");
    }
}

#[tokio::test]
async fn a_page_whose_body_was_evicted_is_a_miss() {
    let app = spawn().await;
    let redis = app.redis().await;
    for encoding in ENCODINGS {
        let right = decoded(&encoded(&app, encoding).await);
        for key in app.keys("body").await {
            redis.run::<i64>(&["DEL", &key]).await;
        }
        let page = encoded(&app, encoding).await;
        assert!(page.is_stored(), "{encoding}: {page:?}");
        assert_eq!(decoded(&page), right, "{encoding}");
        encoded(&app, encoding).await.assert_hit();
    }
}

#[tokio::test]
async fn a_body_of_another_page_is_a_miss() {
    let app = spawn().await;
    let other = "/properties/?page_size=12";
    app.get(other).await.assert_stored();
    let redis = app.redis().await;
    let right = app.get(LIST).await.assert_status(200).body;
    for encoding in ENCODINGS {
        let keys = app.keys("body").await;
        for key in keys.iter().filter(|key| key.contains("page_size")) {
            let of_list = key.replace("page_size=12", "");
            assert!(keys.contains(&of_list), "{keys:?}");
            redis.run::<i64>(&["COPY", key, &of_list, "REPLACE"]).await;
        }
        let page = encoded(&app, encoding).await;
        page.assert_no_hit();
        assert_eq!(decoded(&page), right, "{encoding}");
    }
}

#[tokio::test]
async fn an_instance_that_read_one_body_has_the_others_made_of_it() {
    let app = spawn().await;
    let right = app.get(LIST).await.body;
    for first in ENCODINGS {
        let other = app.another().start().await;
        let read = encoded(&other, first).await;
        assert!(read.is_hit() && read.cache_status().starts_with("page-redis"), "{read:?}");
        for encoding in ENCODINGS {
            let page = encoded(&other, encoding).await;
            assert!(page.is_hit(), "{first} {encoding}: {}", page.cache_status());
            assert_eq!(decoded(&page), right, "{first} {encoding}");
        }
    }
}

#[tokio::test]
async fn an_encoding_that_redis_has_not_yet_is_a_hit_all_the_same() {
    let first = Plan::new().await.homes(24).await.start().await;
    first.get(LIST).await.assert_stored();
    // Only the uncompressed body: no request has asked for another one.
    assert_eq!(first.keys("body").await.len(), 1);
    let other = first.another().without_memory().start().await;
    for encoding in ["br", "gzip"] {
        let page = encoded(&other, encoding).await;
        assert!(page.cache_status().starts_with("page-redis; hit"), "{}", page.cache_status());
        assert_eq!(decoded(&page), first.get(LIST).await.body);
    }
    // It exists after it was requested and the page has lived for a while.
    encoded(&first, "br").await;
    until("the better compression is stored", async || first.keys("body").await.len() == 2).await;
}

#[tokio::test]
async fn bodies_are_weighed_and_removed_with_their_pages_and_are_no_pages() {
    // A separate Redis: only a limited number of keys is examined, and other tests' keys would be among them.
    let redis = OwnRedis::start(&[]).await;
    let plan = Plan::new().await.homes(24).await.without_memory().set("REDIS_URL", redis.url());
    let app = plan.set("DEBUG", "true").start().await;
    app.get(LIST).await.assert_stored();
    assert_eq!(app.keys("body").await.len(), 3);
    let status = app.get_json("/properties/cache-status/").await;
    let level = &status["levels"]["page_redis"];
    let text = app.get(LIST).await.body.len() as u64;
    assert_eq!(level["entries"], 1, "{status}");
    assert!(level["bytes"].as_u64().is_some_and(|bytes| bytes > text), "{status}");
    let cleared = app.reader.post_empty("/properties/cache-clear/").await.assert_status(200).json();
    assert_eq!(cleared["cleared"]["pages"], 1, "{cleared}");
    assert!(app.keys("body").await.is_empty());
}
