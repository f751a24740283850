//! Stale pages while PostgreSQL can't be reached.

use std::time::Duration;

use futures_util::future::join_all;
use property_listings::cache::Level;
use reqwest::Method;

use crate::harness::{
    App, Page, Plan, Proxy, Reader, Shows as _, Stopwatch, create_role, eventually, shared, until,
    until_within,
};

const PATHS: [&str; 3] = ["/properties/", "/properties/?format=json", "/properties/1/"];

/// The notice on a stale page.
const NOTICE: &str = "<p class=\"notice\" id=\"old\" role=\"status\">The site can’t reach its database at the moment, \
    so this page may be out of date.</p>";

/// A site behind a proxy, whose entries at every level live for this many seconds.
async fn app_behind(postgres: &Proxy, redis: Option<&str>, seconds: &str) -> App {
    let plan = Plan::with_homes(2).await;
    let plan = plan
        .behind(postgres)
        .set("PAGE_CACHE_TTL", seconds)
        .set("QUERYSET_CACHE_TTL", seconds)
        .set("COUNT_CACHE_TTL", seconds);
    match redis {
        Some(redis) => plan.set("REDIS_URL", redis).start().await,
        None => plan.start().await,
    }
}

fn age(page: &Page) -> u64 {
    page.header("age").parse().expect("seconds")
}

/// How long ago a page expired, according to `Cache-Status`.
fn lateness(page: &Page) -> u64 {
    let (_, rest) = page.cache_status().split_once("ttl=-").expect("a negative lifetime");
    let (seconds, _) = rest.split_once(';').expect("a detail");
    seconds.parse().expect("seconds")
}

async fn becomes_stale(app: &App, path: &str) -> Page {
    eventually("the page has expired", async || {
        let page = app.get(path).await.assert_status(200);
        page.is_stale().then_some(page)
    })
    .await
}

#[tokio::test]
async fn cached_pages_keep_coming_while_postgres_is_away() {
    join_all([None, Some("off")].map(async |redis| {
        let postgres = Proxy::to_postgres();
        let app = app_behind(&postgres, redis, "900").await;
        let mut before = Vec::new();
        for path in PATHS {
            before.push(app.has_in_memory(path).await);
        }
        postgres.cut();
        for _ in 0..30 {
            for (path, before) in PATHS.iter().zip(&before) {
                let page = app.get(path).await.assert_status(200);
                page.assert_hit();
                // A stale page has the notice, and is otherwise the same.
                let said = page.text().replace(NOTICE, "<!--stale-->");
                assert!(said == before.text(), "{path} has changed");
            }
        }
    }))
    .await;
}

#[tokio::test]
async fn a_page_that_expires_while_postgres_is_away_stands_in_and_says_so() {
    join_all([None, Some("off")].map(async |redis| {
        let postgres = Proxy::to_postgres();
        let app = app_behind(&postgres, redis, "2").await;
        let [path, for_people] = ["/properties/1/?format=json", "/properties/1/"];
        let before = app.has_in_memory(path).await;
        let page = app.has_in_memory(for_people).await;
        postgres.cut();
        let said = becomes_stale(&app, for_people).await;
        assert!(said.has(NOTICE) && !page.has(NOTICE), "{said:?}");
        assert_ne!(said.header("etag"), page.header("etag"));
        assert_eq!(said.header("content-encoding"), "");
        let stale = becomes_stale(&app, path).await;
        assert_eq!(stale.body, before.body);
        for name in ["etag", "content-type", "vary", "cache-control"] {
            assert_eq!(stale.header(name), before.header(name), "{name}");
        }
        let copy = [("if-none-match", before.header("etag"))];
        let page = app.reader.get_with(path, &copy).await.assert_status(304);
        assert!(page.is_stale() && page.body.is_empty(), "{page:?}");
        let head = app.reader.send(app.reader.request(Method::HEAD, path)).await.assert_status(200);
        assert!(head.is_stale(), "{head:?}");
        let first = lateness(&stale);
        until("it gets older", async || {
            let page = app.get(path).await.assert_status(200);
            assert!(page.is_stale(), "{}", page.cache_status());
            lateness(&page) > first + 1
        })
        .await;
        let stale = app.counts(Level::PageMemory).await.stale;
        assert!(stale >= 3, "{stale} are counted");
    }))
    .await;
}

#[tokio::test]
async fn a_page_that_stands_in_tells_how_long_ago_it_was_loaded_and_how_long_ago_it_expired() {
    let plan = Plan::with_homes(2).await;
    let role = create_role(&plan.database).await;
    let url = plan.database.url(&role, &shared().postgres);
    let plan = plan.set("DATABASE_URL", url).set("REDIS_URL", "off");
    let app = plan.set("PAGE_CACHE_TTL", "2").start().await;
    let path = "/properties/1/";
    app.has_in_memory(path).await;
    // The site still hears of events and reads the log, and can't open another connection.
    let others = format!(
        "ALTER ROLE {role} CONNECTION LIMIT 1;
         SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE usename = '{role}'
             AND application_name NOT IN ('property-listings events', 'property-listings log')"
    );
    app.sql(&others).await;
    for wanted in 2..=4 {
        let page = eventually("it gets older", async || {
            let page = app.get(path).await.assert_status(200);
            page.assert_hit();
            (page.is_stale() && lateness(&page) >= wanted).then_some(page)
        })
        .await;
        assert_eq!(lateness(&page), wanted);
        // It lived for two seconds ± 5 %, and each figure is in whole seconds.
        let lived = age(&page).checked_sub(wanted);
        assert!(lived.is_some_and(|lived| (1..=3).contains(&lived)), "{page:?}");
        assert!(app.is_armed().await, "it hears of events");
    }
    // A page that an event invalidates is not served stale.
    app.sql("UPDATE property SET title = 'Mended' WHERE id = 1").await;
    until("the page is refused", async || app.get(path).await.status == 503).await;
    app.sql(&format!("ALTER ROLE {role} CONNECTION LIMIT -1")).await;
    app.get(path).await.assert_status(200).shows(["Mended"]);
}

#[tokio::test]
async fn a_page_that_stands_in_is_no_younger_than_it_is_late() {
    join_all([None, Some("off")].map(async |redis| {
        let postgres = Proxy::to_postgres();
        let app = app_behind(&postgres, redis, "2").await;
        let path = "/properties/";
        app.has_in_memory(path).await;
        postgres.cut();
        eventually("it is late", async || {
            let page = app.get(path).await.assert_status(200);
            // With Redis, it may have been made again from rows that had not expired yet, which were older.
            let late = page.is_stale().then(|| lateness(&page));
            let late = late.filter(|late| *late > 1)?;
            assert!(age(&page) >= late, "{}: age {}", page.cache_status(), age(&page));
            (late > 3).then_some(())
        })
        .await;
    }))
    .await;
}

#[tokio::test]
async fn a_page_that_only_redis_holds_stands_in_after_the_lease_and_says_so() {
    let (postgres, app) = Plan::with_homes(2).await.without_memory().behind_postgres().await;
    for path in PATHS {
        app.get(path).await.assert_status(200);
        assert!(app.get(path).await.is_hit());
    }
    postgres.cut();
    for path in PATHS {
        until("the page stands in", async || {
            let page = app.get(path).await.assert_status(200);
            page.assert_hit();
            let status = page.cache_status();
            status.starts_with("page-redis; hit; ttl=-")
                && status.ends_with("; detail=stale-if-error")
        })
        .await;
    }
    postgres.restore();
    for path in PATHS {
        until("the page is right again", async || {
            let page = app.get(path).await.assert_status(200);
            let status = page.cache_status();
            status.starts_with("page-redis; hit; ttl=") && !status.contains("stale")
        })
        .await;
    }
}

#[tokio::test]
async fn an_instance_without_redis_says_at_once_that_what_it_holds_may_be_old() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres, Some("off"), "900").await;
    app.has_in_memory("/properties/").await;
    postgres.cut();
    let page = becomes_stale(&app, "/properties/").await;
    assert!(page.has("Home 1") && lateness(&page) >= 1, "{page:?}");
}

/// Writes a title while stale pages are served; returns it when the outage is over.
async fn write_during_an_outage(app: &App, postgres: &Proxy, round: u32) -> String {
    for path in PATHS {
        app.has_in_memory(path).await;
    }
    postgres.cut();
    for path in PATHS {
        becomes_stale(app, path).await;
    }
    let title = format!("Round {round}");
    app.sql(&format!("UPDATE property SET title = '{title}' WHERE id = 1")).await;
    postgres.restore();
    title
}

#[tokio::test]
async fn without_redis_the_first_request_after_the_outage_shows_what_was_written_meanwhile() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres, Some("off"), "900").await;
    for round in 0..3 {
        let title = write_during_an_outage(&app, &postgres, round).await;
        for path in PATHS {
            let page = app.get(path).await.assert_status(200);
            assert!(!page.is_stale() && page.has(&title), "{path}: {page:?}");
            app.keeps_showing(path, &title).await;
        }
    }
}

#[tokio::test]
async fn what_was_written_during_the_outage_shows_within_the_bound_and_is_not_undone() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres, None, "2").await;
    for round in 0..3 {
        let title = write_during_an_outage(&app, &postgres, round).await;
        for path in PATHS {
            until_within(Duration::from_secs(5), "the write shows", async || {
                let page = app.get(path).await.assert_status(200);
                !page.is_stale() && page.has(&title)
            })
            .await;
            app.keeps_showing(path, &title).await;
        }
    }
}

#[tokio::test]
async fn a_page_stands_in_while_postgres_is_frozen_too_and_nobody_waits_for_long() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres, Some("off"), "1").await;
    app.has_in_memory("/properties/").await;
    postgres.hold();
    let limit = Duration::from_secs(12);
    until_within(limit, "the page stands in", async || {
        let start = Stopwatch::start();
        let page = app.get("/properties/").await.assert_status(200);
        assert!(start.elapsed() < limit / 2, "{:?}", start.elapsed());
        page.is_stale()
    })
    .await;
    postgres.restore();
    until("the page is computed again", async || {
        let page = app.get("/properties/").await.assert_status(200);
        !page.is_stale()
    })
    .await;
}

#[tokio::test]
async fn an_expired_page_does_not_hide_an_error_that_is_no_outage() {
    let plan = Plan::with_homes(2).await;
    let plan = plan.set("PAGE_CACHE_TTL", "1").set("REDIS_URL", "off");
    let app = plan.holdable().await.start().await;
    app.has_in_memory("/properties/1/").await;
    app.database.refuse(Some(Reader::Rows)).await;
    until("the page has expired", async || {
        let page = app.get("/properties/1/").await;
        assert!(!page.is_stale(), "{}", page.cache_status());
        page.status == 500
    })
    .await;
    app.database.refuse(None).await;
    app.get("/properties/1/").await.assert_status(200);
}
