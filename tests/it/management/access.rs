//! The access matrix: development or production × credentials × reading or changing.

use reqwest::Method;

use crate::harness::{App, Browser, Page, Plan, TOKEN, spawn_app};

const READS: [&str; 4] = ["cache-status", "cache-test", "redis-metrics", "cache-explain"];
const CHANGES: [&str; 4] = ["cache-clear", "test-signals", "cache-load-test", "cache-warm"];

async fn send(browser: &Browser, method: &Method, name: &str, headers: &[(&str, &str)]) -> Page {
    let mut request = browser.request(method.clone(), &format!("/properties/{name}/"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if *method == Method::POST && name == "cache-load-test" {
        request = request
            .header("content-type", "application/json")
            .body(r#"{"requests": 1, "concurrency": 1}"#);
    }
    browser.send(request).await
}

/// Requests every endpoint; expects one status for reads and one for changes.
async fn expect(browser: &Browser, headers: &[(&str, &str)], read: u16, change: u16) {
    let reads = READS.map(|name| (Method::GET, name, read));
    let changes = CHANGES.map(|name| (Method::POST, name, change));
    for (method, name, want) in reads.into_iter().chain(changes) {
        let page = send(browser, &method, name, headers).await;
        assert_eq!(page.status, want, "{method} {name} {headers:?}: {page:?}");
        if want >= 400 {
            assert_eq!(page.header("cache-control"), "no-store");
        } else {
            assert!(page.header("cache-control").contains("no-store"), "{page:?}");
        }
    }
}

async fn development() -> App {
    Plan::new().await.set("DEBUG", "true").start().await
}

#[tokio::test]
async fn in_production_the_token_opens_everything_and_nobody_without_it_gets_in() {
    let app = spawn_app().await;
    expect(&app.reader, &[], 401, 401).await;
    expect(&app.reader, &[("sec-fetch-site", "none")], 401, 401).await;
    expect(&app.reader, &[("cookie", "sessionid=x")], 401, 401).await;
    // A wrong token is refused.
    let right = format!("Bearer {TOKEN}");
    expect(&app.reader, &[("authorization", &right)], 200, 200).await;
    let foreign = [("authorization", right.as_str()), ("origin", "http://evil.example")];
    expect(&app.reader, &foreign, 200, 200).await;
    for wrong in
        ["Bearer wrong", "Bearer ", "Bearer", TOKEN, &right[..right.len() - 1], "Basic YTpi"]
    {
        expect(&app.reader, &[("authorization", wrong)], 401, 401).await;
    }
    // A wrong token is refused even with a session.
    let staff = app.staff().await;
    expect(&staff, &[("authorization", "Bearer wrong")], 401, 401).await;
    // A refusal has the requested format.
    for name in READS {
        let path = format!("/properties/{name}/");
        let page = app.reader.get_with(&path, &[("accept", "application/json")]).await;
        assert_eq!(page.assert_status(401).header("content-type"), "application/problem+json");
        let page = app.reader.get_with(&path, &[("accept", "text/html")]).await;
        let page = page.assert_status(401);
        assert!(page.header("content-type").starts_with("text/html"), "{page:?}");
        assert_eq!(page.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn credentials_for_a_proxy_neither_open_anything_nor_keep_staff_out() {
    let app = spawn_app().await;
    let basic = ("authorization", "Basic YTpi");
    expect(&app.reader, &[basic], 401, 401).await;
    let staff = app.staff().await;
    expect(&staff, &[basic], 200, 403).await;
    let token = staff.csrf_token().await;
    expect(&staff, &[basic, ("x-csrf-token", &token)], 200, 200).await;
    for wrong in ["Bearer", "bearer wrong", "BEARER"] {
        expect(&staff, &[("authorization", wrong)], 401, 401).await;
    }
}

#[tokio::test]
async fn without_a_configured_token_none_is_right() {
    let app = Plan::new().await.unset("CACHE_API_TOKEN").start().await;
    for token in ["Bearer ", "Bearer null", "Bearer undefined"] {
        expect(&app.reader, &[("authorization", token)], 401, 401).await;
    }
}

#[tokio::test]
async fn in_production_staff_read_and_change_with_their_own_token_only() {
    let app = spawn_app().await;
    let staff = app.staff_named("sam").await;
    expect(&staff, &[], 200, 403).await;
    let token = staff.csrf_token().await;
    expect(&staff, &[("x-csrf-token", &token)], 200, 200).await;
    expect(&staff, &[("x-csrf-token", "wrong")], 200, 403).await;
    let other = app.staff().await.csrf_token().await;
    expect(&staff, &[("x-csrf-token", &other)], 200, 403).await;
    for foreign in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] {
        for (method, name) in CHANGES.map(|name| (Method::POST, name)) {
            let headers = [("x-csrf-token", token.as_str()), foreign];
            let page = send(&staff, &method, name, &headers).await;
            assert_eq!(page.status, 403, "{name} {foreign:?}");
        }
    }
    staff.log_out().await.assert_status(303);
    expect(&staff, &[("x-csrf-token", &token)], 401, 401).await;
}

#[tokio::test]
async fn in_development_curl_just_works_and_foreign_pages_hosts_and_methods_do_not() {
    let app = development().await;
    for (names, wrong) in [(READS, Method::POST), (CHANGES, Method::GET)] {
        // Warming has a page that shows its progress.
        for name in names.into_iter().filter(|name| *name != "cache-warm") {
            let page = send(&app.reader, &wrong, name, &[]).await.assert_status(405);
            assert!(!page.header("allow").is_empty(), "{page:?}");
        }
    }
    assert!(app.keys("page").await.is_empty());
    // `curl` works without credentials; other sites' pages are refused.
    expect(&app.reader, &[], 200, 200).await;
    expect(&app.reader, &[("origin", &app.origin.clone())], 200, 200).await;
    expect(&app.reader, &[("sec-fetch-site", "same-origin")], 200, 200).await;
    for foreign in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        expect(&app.reader, &[foreign], 403, 403).await;
    }
    expect(&app.reader, &[("authorization", &format!("Bearer {TOKEN}"))], 200, 200).await;
    expect(&app.reader, &[("authorization", "Bearer wrong")], 401, 401).await;
    // A rebound host name is refused, too.
    let answer = app.get_raw("/properties/cache-status/", "evil.example").await;
    assert_eq!(answer.status, 400, "{answer:?}");
}
