//! A load that a write overtakes is invalid from the start, in memory too.

use crate::harness::{App, Held, Hold, Plan, Reader, Shows as _, until};

const MEND: &str = "UPDATE property SET title = 'Mended' WHERE id = 1";

/// A site with the memory tier whose reads can be blocked, and another instance.
async fn held(redis: Option<&str>, page_ttl: &str) -> Held {
    let plan = Plan::with_homes(3).await.set("PAGE_CACHE_TTL", page_ttl);
    let plan = match redis {
        Some(redis) => plan.set("REDIS_URL", redis),
        None => plan,
    };
    Held::of(plan).await
}

/// Writes with `psql` while a reader is blocked, and returns when the reading instance has applied the write.
async fn write_and_let_it_be_heard(app: &App, hold: &Hold) {
    hold.lets_later_readers_pass().await;
    app.sql(MEND).await;
    app.has_heard_of_everything().await;
    assert!(hold.waiting().await > 0, "the load was not overtaken");
}

#[tokio::test]
async fn a_page_that_a_write_overtakes_is_not_answered_from_memory() {
    for (redis, paths) in [
        (None, &["/properties/", "/properties/?location=Leith&format=json", "/properties/1/"][..]),
        (Some("off"), &["/properties/", "/properties/1/?format=json"]),
    ] {
        let held = held(redis, "900").await;
        let app = &held.reading;
        for path in paths {
            app.sql("UPDATE property SET title = 'Home 1' WHERE id = 1").await;
            app.has_heard_of_everything().await;
            let hold = held.hold(Reader::Rows).await;
            let asking = app.reader.asks(path);
            hold.somebody_waits().await;
            write_and_let_it_be_heard(app, &hold).await;
            hold.release().await;
            // Otherwise the reader was not blocked.
            asking.await.expect("answered").assert_status(200).assert_no_hit().hides(["Mended"]);
            app.get(path).await.assert_status(200).shows(["Mended"]);
            app.has_in_memory(path).await.shows(["Mended"]);
            app.keeps_showing(path, "Mended").await;
        }
    }
}

#[tokio::test]
async fn the_newer_of_two_loads_stays_in_memory_when_the_older_ends_last() {
    let held = held(Some("off"), "900").await;
    let app = &held.reading;
    let path = "/properties/";
    let hold = held.hold(Reader::Rows).await;
    let asking = app.reader.asks(path);
    hold.somebody_waits().await;
    write_and_let_it_be_heard(app, &hold).await;
    app.has_in_memory(path).await.shows(["Mended"]);
    hold.release().await;
    assert!(!asking.await.expect("answered").has("Mended"));
    for _ in 0..20 {
        app.get(path).await.assert_memory_hit().shows(["Mended"]);
    }
}

#[tokio::test]
async fn a_background_refresh_that_a_write_overtakes_is_not_answered_from_memory() {
    let held = held(Some("off"), "6").await;
    let app = &held.reading;
    let path = "/properties/1/";
    app.has_in_memory(path).await;
    let hold = held.hold(Reader::Rows).await;
    until("the page is computed anew", async || {
        let page = app.get(path).await;
        // After it has expired, a request would wait for the blocked load.
        page.assert_memory_hit();
        hold.waiting().await > 0
    })
    .await;
    write_and_let_it_be_heard(app, &hold).await;
    assert!(app.get(path).await.has("Mended"));
    hold.release().await;
    let idle = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'";
    until("the held load has ended", async || app.sql(idle).await == "0").await;
    app.keeps_showing(path, "Mended").await;
    assert!(app.has_in_memory(path).await.has("Mended"));
}
