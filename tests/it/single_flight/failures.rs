//! A failed load fails every request that waits for it, and no later one.

use property_listings::cache::Level;

use crate::harness::{App, Hold, Page, Plan, Reader, Shows as _};

const PATH: &str = "/properties/?format=json";
const FOLLOWERS: u64 = 20;

async fn start(redis: Option<&str>) -> App {
    let plan = Plan::with_homes(3).await;
    let plan = match redis {
        Some(redis) => plan.set("REDIS_URL", redis),
        None => plan,
    };
    plan.holdable().await.start().await
}

/// Many requests wait for one load, which a test then makes fail.
async fn crowd(app: &App) -> (Hold, Vec<tokio::task::JoinHandle<Page>>) {
    let missed = app.counts(Level::PageMemory).await.misses;
    let hold = app.hold(Reader::Rows).await;
    let asking = (0..=FOLLOWERS).map(|_| app.reader.asks(PATH)).collect();
    app.has_missed(missed + FOLLOWERS + 1).await;
    hold.somebody_waits().await;
    (hold, asking)
}

#[tokio::test]
async fn an_error_of_the_load_is_every_followers_and_the_next_request_tries_again() {
    for redis in [None, Some("off")] {
        let app = start(redis).await;
        let before = app.database.loads(Reader::Rows).await;
        let (hold, asking) = crowd(&app).await;
        app.database.refuse(Some(Reader::Rows)).await;
        hold.release().await;
        for page in asking {
            let page = page.await.expect("answered").assert_status(500);
            assert_eq!(page.header("cache-control"), "no-store");
        }
        assert_eq!(app.database.loads(Reader::Rows).await, before + 1);
        app.get(PATH).await.assert_status(500);
        assert_eq!(app.database.loads(Reader::Rows).await, before + 2);
        app.database.refuse(None).await;
        app.get(PATH).await.assert_status(200).assert_no_hit().shows(["Home 1"]);
        assert_eq!(app.database.loads(Reader::Rows).await, before + 3);
        app.has_in_memory(PATH).await;
    }
}

#[tokio::test]
async fn an_error_of_the_count_is_every_followers_too() {
    let app = start(None).await;
    let (hold, asking) = crowd(&app).await;
    app.database.refuse(Some(Reader::Count)).await;
    app.sql("UPDATE property SET title = 'Mended' WHERE id = 1").await;
    hold.release().await;
    for page in asking {
        // The count may have been loaded before it was refused.
        let page = page.await.expect("answered");
        assert!(matches!(page.status, 200 | 500), "{page:?}");
    }
    app.database.refuse(None).await;
    app.comes_to_show(PATH, "Mended").await;
}

#[tokio::test]
async fn a_connection_that_is_lost_during_the_load_is_an_outage_for_every_follower() {
    let app = start(None).await;
    let (hold, asking) = crowd(&app).await;
    let terminate = "SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted AND classid = 42
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    app.sql(terminate).await;
    for page in asking {
        let page = page.await.expect("answered").assert_status(503);
        assert!(!page.header("retry-after").is_empty(), "{page:?}");
        assert_eq!(page.header("cache-control"), "no-store");
    }
    hold.release().await;
    app.get(PATH).await.assert_status(200).assert_no_hit().shows(["Home 1"]);
}

#[tokio::test]
async fn a_right_that_is_taken_away_is_an_error_until_it_is_given_back() {
    let app = start(Some("off")).await;
    app.sql("DO $$ BEGIN EXECUTE format('REVOKE SELECT ON property FROM %I', (
        SELECT grantee FROM information_schema.role_table_grants
        WHERE table_name = 'property' AND privilege_type = 'SELECT' AND grantee LIKE 'role_%' LIMIT 1)); END $$").await;
    let asking: Vec<_> = (0..10).map(|_| app.reader.asks(PATH)).collect();
    for page in asking {
        page.await.expect("answered").assert_status(500);
    }
    app.sql("GRANT SELECT ON property TO PUBLIC").await;
    assert!(app.get(PATH).await.assert_status(200).has("Home 1"));
}
