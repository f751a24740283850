//! The start and the end of `serve`.

use std::time::Duration;

use crate::harness::{Browser, Plan, Shell, Shows as _, Stopwatch, listing, until};

#[tokio::test]
async fn a_stopped_site_lets_requests_in_flight_finish() {
    for signal in ["TERM", "INT"] {
        let plan = Plan::with_homes(1).await;
        let mut site = Shell::of(&plan).serve(&["serve"]);
        let lock = plan.database.lock("property").await;
        let browser = Browser::new(&site.origin);
        let asking = tokio::spawn(async move { browser.get("/properties/").await });
        plan.database.has_waiting(1).await;
        site.signal(signal);
        let address = site.origin.trim_start_matches("http://").to_owned();
        until("new connections are refused", async || {
            tokio::net::TcpStream::connect(&address).await.is_err()
        })
        .await;
        // A second signal of the same kind changes nothing.
        site.signal(signal);
        assert!(!site.has_ended(), "it did not wait for the request");
        lock.release().await;
        assert!(asking.await.expect("answered").assert_status(200).has("Home 1"));
        assert_eq!(tokio::task::spawn_blocking(move || site.wait()).await.expect("ended"), Some(0));
    }
}

#[tokio::test]
async fn a_site_that_waits_for_the_database_while_it_starts_can_be_stopped() {
    let tables = ["site_user", "event_log", "refinery_schema_history"];
    for (table, signal) in tables.into_iter().zip(["TERM", "TERM", "INT"]) {
        let plan = Plan::new().await;
        let _lock = plan.database.lock(table).await;
        let running = Shell::of(&plan).begin(&["serve"]);
        plan.database.has_waiting(1).await;
        running.signal(signal);
        let start = Stopwatch::start();
        let (code, err) = running.wait();
        assert_eq!(code, Some(0), "{table}: {err}");
        assert!(start.elapsed() < Duration::from_secs(8), "{table}: {err}");
    }
}

#[tokio::test]
async fn a_site_can_be_stopped_as_soon_as_it_listens() {
    for signal in ["TERM", "INT"] {
        let plan = Plan::new().await;
        let mut site = Shell::of(&plan).serve(&["serve"]);
        site.signal(signal);
        assert_eq!(site.wait(), Some(0), "{}", site.log());
    }
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let plan = Plan::new().await;
    let site = Shell::of(&plan).serve(&["serve"]);
    let (_, port) = site.origin.rsplit_once(':').expect("a port");
    let err = Shell::of(&plan).set("PORT", port).run(&["serve"]).failed(1);
    assert!(err.contains(port) && err.contains("PORT"), "{err}");
}

#[tokio::test]
async fn serve_is_the_default_and_says_where_it_listens() {
    let plan = Plan::with_homes(1).await;
    let site = Shell::of(&plan).serve(&[]);
    assert!(Browser::new(&site.origin).get("/properties/").await.assert_status(200).has("Home 1"));
}

#[tokio::test]
async fn a_site_that_is_killed_after_a_commit_leaves_no_page_stale() {
    let plan = Plan::with_homes(1).await;
    let redis = crate::harness::Proxy::to_redis();
    let shell = Shell::of(&plan).set("REDIS_URL", redis.redis_url());
    let mut site = shell.serve(&["serve"]);
    let browser = Browser::new(&site.origin);
    browser.get("/properties/").await;
    browser.log_in("ada").await;
    let form = browser.get("/admin/properties/1/change/").await;
    let mut fields = listing("Mended", "1", "Leith").fields();
    fields.push(("csrf_token", form.field("csrf_token")));
    // The commit succeeds; its invalidation does not.
    redis.hold();
    let saving =
        tokio::spawn(async move { browser.post("/admin/properties/1/change/", &fields).await });
    until("the edit is committed", async || {
        plan.database.value("SELECT title FROM property").await == "Mended"
    })
    .await;
    site.signal("KILL");
    site.wait();
    // It does not matter whether it was answered before the kill.
    let _ = saving.await;
    redis.restore();
    Browser::new(&shell.serve(&["serve"]).origin).get("/properties/").await.shows(["Mended"]);
}
