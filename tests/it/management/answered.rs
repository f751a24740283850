//! The hit ratio: every page that a reader receives counts once, with any servers.

use property_listings::cache::Level;

use crate::harness::{Plan, Reader, until};

const CROWD: u64 = 20;
/// No server listens on this port.
const GONE: &str = "redis://127.0.0.1:1";

#[tokio::test]
async fn whoever_waits_for_a_page_counts_like_whoever_computes_it() {
    for redis in [None, Some("off"), Some(GONE)] {
        let plan = Plan::with_homes(3).await;
        let plan = match redis {
            Some(redis) => plan.set("REDIS_URL", redis),
            None => plan,
        };
        let app = plan.holdable().await.start().await;
        app.has_in_memory("/properties/?format=json").await;
        let [hits, misses] = app.pages().await;
        let missed = app.counts(Level::PageMemory).await.misses;
        let hold = app.hold(Reader::Rows).await;
        let path = "/properties/?format=json&location=Leith";
        let asking: Vec<_> = (0..CROWD).map(|_| app.reader.asks(path)).collect();
        app.has_missed(missed + CROWD).await;
        hold.release().await;
        for page in asking {
            page.await.expect("answered").assert_status(200);
        }
        assert_eq!(app.pages().await, [hits, misses + CROWD], "{redis:?}");
        app.has_in_memory(path).await;
        let [hits, misses] = app.pages().await;
        app.get(path).await.assert_status(200);
        assert_eq!(app.pages().await, [hits + 1, misses], "{redis:?}");
    }
}

#[tokio::test]
async fn an_error_is_no_page_whichever_levels_there_are() {
    for redis in [None, Some("off"), Some(GONE)] {
        let plan = Plan::with_homes(1).await;
        let plan = match redis {
            Some(redis) => plan.set("REDIS_URL", redis),
            None => plan,
        };
        let app = plan.start().await;
        app.get("/properties/7/").await.assert_status(404);
        app.get("/properties/?page=9").await.assert_status(404);
        app.get("/properties/?page=x").await.assert_status(400);
        assert_eq!(app.pages().await, [0, 0], "{redis:?}");
    }
}

#[tokio::test]
async fn a_page_that_stands_in_during_an_outage_came_from_the_cache() {
    let (postgres, app) = Plan::with_homes(1).await.set("REDIS_URL", "off").behind_postgres().await;
    app.has_in_memory("/properties/").await;
    postgres.cut();
    let [hits, misses] = app.pages().await;
    let mut answered = 0;
    until("the memory is disarmed", async || {
        answered += 1;
        app.get("/properties/").await.assert_status(200).is_stale()
    })
    .await;
    assert_eq!(app.pages().await, [hits + answered, misses]);
}
