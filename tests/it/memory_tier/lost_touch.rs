//! An instance that can't hear of writes does not answer from its memory, and later applies what it missed.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{
    App, Browser, Page, Plan, Shell, Shows as _, create_role, eventually, eventually_within,
    listing, shared, until, until_within,
};

/// How soon after the end of a fault an instance must be up to date.
const BOUND: Duration = Duration::from_secs(5);
/// Longer than an instance may answer from memory after it last applied everything.
const LEASE: Duration = Duration::from_millis(2500);

/// Ends the connection that listens for events.
const TERMINATE: &str = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'property-listings events'";

/// A site with its own role, whose new connections can be refused while existing ones remain.
async fn app_of_a_role(redis: Option<&str>) -> (App, String) {
    let plan = Plan::with_homes(2).await;
    let role = create_role(&plan.database).await;
    let url = plan.database.url(&role, &shared().postgres);
    let plan = plan.set("DATABASE_URL", url).set("DATABASE_POOL_SIZE", "2");
    let plan = match redis {
        Some(redis) => plan.set("REDIS_URL", redis),
        None => plan,
    };
    let app = plan.start().await;
    // The pool opens every connection that it may have, so that none is needed while new ones are refused.
    join_all((0..8).map(|_| app.get("/properties/no-cache/"))).await;
    (app, role)
}

/// Ends the listening connection, and prevents a new one.
async fn deafen(app: &App, role: &str) {
    app.sql(&format!("ALTER ROLE {role} NOLOGIN")).await;
    app.sql(TERMINATE).await;
    // Without a notification, it would answer from memory for longer than this.
    until_within(Duration::from_secs(1), "memory is disarmed", async || !app.is_armed().await)
        .await;
}

#[tokio::test]
async fn memory_does_not_answer_while_the_site_cannot_listen_and_follows_when_it_can() {
    let (app, role) = app_of_a_role(None).await;
    let path = "/properties/1/";
    app.has_in_memory(path).await;
    deafen(&app, &role).await;
    for _ in 0..20 {
        let page = app.get(path).await;
        assert!(page.cache_status().starts_with("page-redis; hit"), "{page:?}");
    }
    app.sql("UPDATE property SET title = 'Unheard of' WHERE id = 1").await;
    app.sql(&format!("ALTER ROLE {role} LOGIN")).await;
    until_within(BOUND, "the write shows", async || app.get(path).await.has("Unheard of")).await;
    assert!(app.has_in_memory(path).await.has("Unheard of"));
    app.keeps_showing(path, "Unheard of").await;
}

#[tokio::test]
async fn redis_is_not_read_once_the_log_was_not_read_for_the_lease_and_readiness_reports_it() {
    let (app, role) = app_of_a_role(None).await;
    let path = "/properties/1/";
    app.has_in_memory(path).await;
    let following =
        async || app.get("/readyz").await.assert_status(200).json()["following"] == true;
    assert!(following().await);
    deafen(&app, &role).await;
    // No instance hears of it, so Redis is not told.
    app.sql("UPDATE property SET title = 'Unheard of' WHERE id = 1").await;
    until_within(BOUND, "the write shows", async || app.get(path).await.has("Unheard of")).await;
    assert!(!following().await);
    for round in 0..3 {
        let title = format!("Round {round}");
        app.sql(&format!("UPDATE property SET title = '{title}' WHERE id = 1")).await;
        app.get(path).await.assert_status(200).assert_no_hit().shows([&title]);
    }
    app.sql(&format!("ALTER ROLE {role} LOGIN")).await;
    assert!(app.has_in_memory(path).await.has("Round 2"));
    assert!(following().await);
}

#[tokio::test]
async fn a_save_through_an_instance_that_cannot_listen_shows_in_its_next_request() {
    let (app, role) = app_of_a_role(None).await;
    let staff = app.staff().await;
    for path in ["/properties/", "/properties/1/"] {
        app.has_in_memory(path).await;
    }
    deafen(&app, &role).await;
    staff.edit_listing(1, &listing("Mended", "1", "Leith")).await;
    for path in ["/properties/", "/properties/1/"] {
        app.keeps_showing(path, "Mended").await;
    }
    app.sql(&format!("ALTER ROLE {role} LOGIN")).await;
    for path in ["/properties/", "/properties/1/"] {
        assert!(app.has_in_memory(path).await.has("Mended"));
        app.keeps_showing(path, "Mended").await;
    }
}

#[tokio::test]
async fn without_redis_an_instance_that_cannot_listen_reads_every_page_from_postgres() {
    let (app, role) = app_of_a_role(Some("off")).await;
    let path = "/properties/1/";
    app.has_in_memory(path).await;
    deafen(&app, &role).await;
    for round in 0..3 {
        let title = format!("Round {round}");
        app.sql(&format!("UPDATE property SET title = '{title}' WHERE id = 1")).await;
        // At once: without following the log, nothing is cached.
        app.get(path).await.assert_status(200).shows([&title]);
    }
    app.sql(&format!("ALTER ROLE {role} LOGIN")).await;
    assert!(app.has_in_memory(path).await.has("Round 2"));
}

#[tokio::test]
async fn an_event_whose_notification_is_lost_is_found_in_the_log() {
    join_all([shared().redis.as_str(), "off"].map(async |redis| {
        let app = Plan::with_homes(2).await.set("REDIS_URL", redis).start().await;
        let path = "/properties/1/";
        // The triggers log as before, but notify no listener.
        app.sql("DO $$ BEGIN
            EXECUTE replace(pg_get_functiondef('property_log_event'::regproc), 'pg_notify', 'concat');
        END $$").await;
        for round in 0..3 {
            app.has_in_memory(path).await;
            let title = format!("Round {round}");
            app.sql(&format!("UPDATE property SET title = '{title}' WHERE id = 1")).await;
            until_within(BOUND, "the write shows", async || app.get(path).await.has(&title)).await;
            app.keeps_showing(path, &title).await;
        }
    }))
    .await;
}

/// Sends a request without waiting for the response.
async fn send(origin: &str, path: &str) -> TcpStream {
    let address = origin.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    stream
}

async fn answer(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("answered");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn memory_hit(browser: &Browser, path: &str) -> Page {
    eventually("the page is in memory", async || {
        let page = browser.get(path).await.assert_status(200);
        page.is_memory_hit().then_some(page)
    })
    .await
}

#[tokio::test]
async fn a_process_that_was_frozen_does_not_answer_its_first_request_with_what_it_held() {
    join_all([shared().redis.as_str(), "off"].map(async |redis| {
        let plan = Plan::with_homes(2).await.set("REDIS_URL", redis);
        // Another instance must tell Redis about the write.
        let other = plan.start().await;
        let site = Shell::beside(&other).serve(&["serve", "--no-migrate"]);
        let browser = Browser::new(&site.origin);
        let paths = ["/properties/", "/properties/1/", "/properties/?format=json"];
        for path in paths {
            memory_hit(&browser, path).await;
            other.has_in_memory(path).await;
        }
        site.signal("STOP");
        other.database.run("UPDATE property SET title = 'Meanwhile' WHERE id = 1").await;
        let written = Instant::now();
        for path in paths {
            other.comes_to_show(path, "Meanwhile").await;
        }
        until("every lease has ended", async || written.elapsed() > LEASE).await;
        let mut streams = Vec::new();
        for path in paths {
            streams.push(send(&site.origin, path).await);
        }
        site.signal("CONT");
        for stream in streams {
            let text = answer(stream).await;
            assert!(text.starts_with("HTTP/1.1 200"), "{text}");
            assert!(text.contains("Meanwhile"), "{redis}: stale: {text}");
        }
        for path in paths {
            assert!(memory_hit(&browser, path).await.has("Meanwhile"));
        }
    }))
    .await;
}

#[tokio::test]
async fn a_site_that_is_cut_off_from_postgres_for_a_while_forgets_what_it_held() {
    let postgres = crate::harness::Proxy::to_postgres();
    let app = Plan::with_homes(2).await.set("REDIS_URL", "off").behind(&postgres).start().await;
    let path = "/properties/1/";
    for round in 0..3 {
        app.has_in_memory(path).await;
        postgres.cut();
        until("memory is disarmed", async || !app.is_armed().await).await;
        let title = format!("Round {round}");
        app.sql(&format!("UPDATE property SET title = '{title}' WHERE id = 1")).await;
        postgres.restore();
        // A page without a notice is up to date; an older one is marked as stale.
        let page = eventually_within(BOUND, "a right page", async || {
            let page = app.get(path).await;
            (page.status == 200 && !page.is_stale()).then_some(page)
        })
        .await;
        page.shows([&title]);
        app.keeps_showing(path, &title).await;
    }
}
