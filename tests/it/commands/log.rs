//! The log of a running site: one line per event, with the id of the request.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{Browser, Plan, Shell, Shows as _, TestDatabase, eventually, until};

async fn serving() -> (Plan, crate::harness::Serving) {
    let plan = Plan::with_homes(2).await;
    let shell = Shell::of(&plan).set("RUST_LOG", "info,property_listings::http=debug");
    (plan, shell.serve(&["serve"]))
}

#[tokio::test]
async fn every_line_about_a_request_has_its_number() {
    let (_plan, site) = serving().await;
    let browser = Browser::new(&site.origin);
    let (miss, hit) = (browser.get("/properties/").await, browser.get("/properties/").await);
    hit.assert_hit();
    for (page, wanted) in [
        (
            miss,
            &[
                "cache miss level=queryset ",
                "cache miss level=page-redis ",
                "cache stored level=page-redis ",
                "request method=GET path=/properties/ status=200 ms=",
            ][..],
        ),
        (
            hit,
            &[
                "cache hit level=page-memory ",
                "request method=GET path=/properties/ status=200 ms=",
                " cache=\"page-memory; hit",
                "\" client=127.0.0.1",
            ],
        ),
    ] {
        let number = format!(" request={}", page.header("x-request-id"));
        until("the lines are written", async || {
            let log = site.log();
            let lines: Vec<_> = log.lines().filter(|line| line.ends_with(&number)).collect();
            let said = |text: &&&str| lines.iter().any(|line| line.contains(**text));
            wanted.iter().filter(said).count() == wanted.len()
        })
        .await;
    }
}

#[tokio::test]
async fn a_failure_is_told_with_the_number_that_its_page_shows() {
    let (plan, site) = serving().await;
    plan.database.run("ALTER TABLE property RENAME TO gone").await;
    let page = Browser::new(&site.origin).get("/properties/").await.assert_status(500);
    let number = page.header("x-request-id").to_owned();
    page.shows([&number]);
    until("the failure is logged", async || {
        let log = site.log();
        let mut lines = log.lines().filter(|line| line.ends_with(&format!("request={number}")));
        lines.any(|line| line.contains(" ERROR ") && line.contains("does not exist"))
    })
    .await;
}

#[tokio::test]
async fn nobody_writes_lines_into_the_log() {
    let (_plan, site) = serving().await;
    let browser = Browser::new(&site.origin);
    let forged = "eve\n[2026-01-01T00:00:00.000Z INFO  forged] login user=\"ada\"\u{1b}[2J";
    browser.try_log_in(forged, "wrong", "").await;
    browser.get("/properties/%0A[forged]/").await.assert_status(404);
    until("the login is logged", async || site.log().contains("path=/admin/login/ status=422"))
        .await;
    for line in site.log().lines() {
        assert!(line.starts_with("[20") && line.contains("Z "), "{line:?}");
        assert!(!line.starts_with("[2026-01-01T00:00:00.000Z"), "{line:?}");
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
    }
}

#[tokio::test]
async fn with_json_every_line_is_one_object_whatever_a_client_sends() {
    let plan = Plan::with_homes(2).await;
    let shell = Shell::of(&plan).set("RUST_LOG", "info,property_listings::http=debug");
    let site = shell.set("LOG_FORMAT", "json").serve(&["serve"]);
    let browser = Browser::new(&site.origin);
    let page = browser.get("/properties/").await;
    let hit = browser.get("/properties/").await;
    let forged = "eve\n{\"level\":\"INFO\"}\"\\\u{2028}\u{1b}[2J";
    browser.try_log_in(forged, "wrong", "").await;
    browser.get("/properties/%0A%22%FF%00/").await;
    let mut stream =
        TcpStream::connect(site.origin.trim_start_matches("http://")).await.expect("it listens");
    let raw =
        b"GET /properties/\"\\\xff\xfe/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(raw).await.expect("sent");
    stream.read_to_end(&mut Vec::new()).await.expect("answered");
    browser.get("/properties/last/").await;
    let log = eventually("the last line is written", async || {
        let log = site.log();
        log.contains("\"path\":\"/properties/last/\"").then_some(log)
    })
    .await;
    let mut records = Vec::new();
    for line in log.lines() {
        assert!(!line.contains(|c: char| c.is_control() || c == '\u{2028}'), "{line:?}");
        let record: Value =
            serde_json::from_str(line).unwrap_or_else(|err| panic!("{err}: {line:?}"));
        for field in ["timestamp", "level", "target", "message"] {
            assert!(record[field].is_string(), "{field}: {line}");
        }
        records.push(record);
    }
    let told = |text: &str| {
        records
            .iter()
            .any(|record| record["message"].as_str().is_some_and(|said| said.contains(text)))
    };
    // The user name is escaped within its quotation marks, as in the text format.
    assert!(told(&forged.escape_debug().to_string()), "{log}");
    assert!(records.iter().any(|record| record["path"] == "/properties/%0A%22%FF%00/"), "{log}");
    for (page, level) in [(&page, "page-redis; fwd=uri-miss; stored"), (&hit, "page-memory; hit")] {
        let id = page.header("x-request-id");
        let mut of_request = records.iter().filter(|record| record["request_id"] == id);
        let record = of_request.find(|record| record["message"] == "request").expect("a line");
        assert_eq!((&record["method"], &record["path"]), (&"GET".into(), &"/properties/".into()));
        assert_eq!((&record["status"], &record["client"]), (&200.into(), &"127.0.0.1".into()));
        assert!(record["ms"].as_f64().is_some_and(|ms| ms > 0.0), "{record}");
        assert!(record["cache"].as_str().is_some_and(|cache| cache.contains(level)), "{record}");
    }
}

/// The log of a first start with an empty database, until a page was a hit.
async fn first_log(variables: &[(&'static str, &str)]) -> String {
    let plan = Plan::on(TestDatabase::create_empty().await);
    let mut shell = Shell::of(&plan).set("SITE_URL", "http://localhost");
    for (name, value) in variables {
        shell = shell.set(name, *value);
    }
    let site = shell.serve(&["serve"]);
    let browser = Browser::new(&site.origin);
    browser.get("/properties/").await;
    assert!(browser.get("/properties/").await.is_hit());
    site.signal("TERM");
    eventually("it has ended", async || site.log().contains("stopped").then(|| site.log())).await
}

#[tokio::test]
async fn in_development_the_log_begins_with_the_address_and_how_to_get_an_account() {
    let log = first_log(&[("DEBUG", "true")]).await;
    let lines: Vec<_> = log.lines().collect();
    assert!(lines[0].contains("listening on http://127.0.0.1:"), "{log}");
    let command = concat!(env!("CARGO_BIN_EXE_property-listings"), " createsuperuser");
    assert!(lines[1].contains(command) && lines[1].contains("/admin/"), "{log}");
    assert!(lines.len() < 10, "{log}");
    log.hides(["applied migration", "cache hit", "cache miss", "cache stored"]);
}

#[tokio::test]
async fn migrations_and_hits_are_logged_in_production_and_where_they_are_asked_for() {
    for variables in [
        &[("DEBUG", "false")][..],
        &[("DEBUG", "true"), ("RUST_LOG", "info")],
        &[("DEBUG", "true"), ("RUST_LOG", "debug")],
    ] {
        let log = first_log(variables).await;
        for routine in
            ["applied migration 0001_property", "cache hit", "cache miss", "cache stored"]
        {
            assert!(log.contains(routine), "{variables:?}: {log}");
        }
    }
}
