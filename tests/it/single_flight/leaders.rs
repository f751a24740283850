//! Leaders whose clients disconnect, and leaders from before a write.

use property_listings::cache::Level;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::harness::{App, Plan, Reader, Shows as _, listing, until};

async fn start(redis: Option<&str>) -> App {
    let plan = Plan::with_homes(3).await;
    let plan = match redis {
        Some(redis) => plan.set("REDIS_URL", redis),
        None => plan,
    };
    plan.holdable().await.start().await
}

/// Requests a page over a connection that can be dropped.
async fn leave_able(app: &App, path: &str) -> TcpStream {
    let address = app.origin.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    stream
}

/// Resets a connection, as when a client crashes: the site then drops the request.
fn leave(stream: TcpStream) {
    stream.set_zero_linger().expect("a socket");
    drop(stream);
}

#[tokio::test]
async fn a_client_that_leaves_while_its_request_leads_keeps_no_follower_from_the_page() {
    for redis in [None, Some("off")] {
        let app = start(redis).await;
        let path = "/properties/?format=json";
        let before = app.database.loads(Reader::Rows).await;
        let hold = app.hold(Reader::Rows).await;
        let leader = leave_able(&app, path).await;
        hold.somebody_waits().await;
        let missed = app.counts(Level::PageMemory).await.misses;
        let followers: Vec<_> = (0..10).map(|_| app.reader.asks(path)).collect();
        app.has_missed(missed + 10).await;
        leave(leader);
        // When the site answers a later request, it has noticed the disconnect.
        app.get("/healthz").await.assert_status(200);
        hold.release().await;
        for follower in followers {
            let page = follower.await.expect("answered").assert_status(200);
            assert!(page.is_collapsed() && page.has("Home 1"), "{page:?}");
        }
        assert_eq!(app.database.loads(Reader::Rows).await, before + 1);
        assert!(app.has_in_memory(path).await.has("Home 1"));
        assert_eq!(app.database.loads(Reader::Rows).await, before + 1);
    }
}

#[tokio::test]
async fn a_page_is_stored_though_the_only_client_that_asked_for_it_has_left() {
    for redis in [None, Some("off")] {
        let app = start(redis).await;
        let path = "/properties/1/";
        let hold = app.hold(Reader::Rows).await;
        let stored = app.counts(Level::PageMemory).await.stores;
        let leader = leave_able(&app, path).await;
        hold.somebody_waits().await;
        leave(leader);
        app.get("/healthz").await.assert_status(200);
        hold.release().await;
        until("the page is stored", async || app.counts(Level::PageMemory).await.stores > stored)
            .await;
        let loads = app.database.loads(Reader::Rows).await;
        app.get(path).await.assert_memory_hit();
        assert_eq!(app.database.loads(Reader::Rows).await, loads);
    }
}

#[tokio::test]
async fn a_request_after_a_save_does_not_join_a_load_from_before_it() {
    for redis in [None, Some("off")] {
        let app = start(redis).await;
        let staff = app.staff().await;
        let paths = ["/properties/?format=json", "/properties/1/?format=json"];
        let hold = app.hold(Reader::Rows).await;
        let early = paths.map(|path| app.reader.asks(path));
        hold.readers_wait(2).await;
        hold.lets_later_readers_pass().await;
        staff.edit_listing(1, &listing("Mended", "1", "Leith")).await;
        for path in paths {
            app.get(path).await.assert_status(200).shows(["Mended"]);
        }
        assert_eq!(hold.waiting().await, 2, "the old loads have not ended");
        hold.release().await;
        for page in early {
            let page = page.await.expect("answered").assert_status(200);
            assert!(!page.has("Mended"), "the reader was not held");
        }
        for path in paths {
            app.keeps_showing(path, "Mended").await;
        }
    }
}

#[tokio::test]
async fn a_request_after_another_listing_was_saved_joins_the_load_under_way() {
    let app = start(None).await;
    let staff = app.staff().await;
    let before = app.database.loads(Reader::Rows).await;
    let path = "/properties/?location=Joppa";
    let hold = app.hold(Reader::Rows).await;
    let leader = app.reader.asks(path);
    hold.somebody_waits().await;
    hold.lets_later_readers_pass().await;
    staff.edit_listing(1, &listing("Mended", "1", "Leith")).await;
    let after_edit = app.database.loads(Reader::Rows).await;
    assert!(after_edit > before);
    let missed = app.counts(Level::PageMemory).await.misses;
    let follower = app.reader.asks(path);
    app.has_missed(missed + 1).await;
    hold.release().await;
    leader.await.expect("answered").assert_status(200);
    let page = follower.await.expect("answered").assert_status(200);
    assert!(page.is_collapsed(), "{}", page.cache_status());
    assert_eq!(app.database.loads(Reader::Rows).await, after_edit);
}
