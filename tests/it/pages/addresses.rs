//! URLs that exist, that moved, that don't exist, and unsupported methods.

use reqwest::Method;

use crate::harness::{Plan, spawn_app};

#[tokio::test]
async fn the_root_leads_to_the_listings() {
    let app = spawn_app().await;
    let page = app.get("/").await.assert_status(302);
    assert_eq!(page.header("location"), "/properties/");
}

#[tokio::test]
async fn an_address_without_its_last_slash_is_redirected_with_its_query() {
    let app = spawn_app().await;
    for (path, want) in [
        ("/properties", "/properties/"),
        ("/properties?q=a%20b", "/properties/?q=a%20b"),
        ("/properties/1", "/properties/1/"),
        ("/admin", "/admin/"),
        ("/properties/no-cache", "/properties/no-cache/"),
    ] {
        let page = app.get(path).await.assert_status(301);
        assert_eq!(page.header("location"), want);
    }
    for path in ["//evil.example", "/properties//evil.example", "/admin/%0d%0aX:y"] {
        let page = app.get(path).await;
        assert!(!page.header("location").contains("//evil"), "{path}: {page:?}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_a_styled_404_with_a_way_back() {
    let app = Plan::new().await.homes(3).await.start().await;
    for path in [
        "/nowhere/",
        "/properties/99/",
        "/properties/9223372036854775807/",
        "/properties/99999999999999999999/",
        "/properties/0/",
        "/properties/?page=2",
        "/properties/?page=200",
        "/properties/?location=Leith&page=3",
        "/static/nothing.css",
        "/static/../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
    ] {
        for _ in 0..2 {
            let page = app.get(path).await.assert_status(404);
            assert!(page.header("content-type").starts_with("text/html"), "{path}");
            let id = page.header("x-request-id");
            assert!(page.has("href=\"/properties/\"") && page.has(id), "{page:?}");
            assert_eq!(page.header("cache-control"), "no-store");
        }
        let accept = [("accept", "application/json")];
        let page = app.reader.get_with(path, &accept).await.assert_status(404);
        assert_eq!(page.header("content-type"), "application/problem+json");
        let problem = page.json();
        assert_eq!(problem["status"], 404);
        assert!(problem["type"].is_string() && problem["title"].is_string());
        assert!(problem["detail"].is_string(), "{problem}");
    }
}

#[tokio::test]
async fn an_empty_first_page_is_no_404() {
    let app = spawn_app().await;
    for path in ["/properties/", "/properties/?page=1", "/properties/?q=nothing"] {
        app.get(path).await.assert_status(200);
    }
    assert_eq!(app.get_json("/properties/").await["count"], 0);
}

#[tokio::test]
async fn other_methods_are_refused_with_the_ones_that_are_taken() {
    let app = Plan::new().await.homes(1).await.start().await;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        for path in ["/properties/", "/properties/1/", "/properties/no-cache/", "/", "/healthz"] {
            let request = app.reader.request(method.clone(), path);
            let page = app.reader.send(request).await.assert_status(405);
            let allow = page.header("allow");
            assert!(allow.contains("GET") && allow.contains("HEAD"), "{method} {path}: {allow:?}");
            assert_eq!(page.header("cache-control"), "no-store");
        }
    }
    let page = app.get("/properties/cache-clear/").await.assert_status(405);
    assert_eq!(page.header("allow"), "POST");
    let request = app.reader.request(Method::POST, "/properties/cache-status/");
    let page = app.reader.send(request).await.assert_status(405);
    assert!(page.header("allow").contains("GET"), "{page:?}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let app = spawn_app().await;
    let staff = app.staff().await;
    let fields = [("title", "x".repeat(1_100_000)), ("csrf_token", staff.csrf_token().await)];
    for path in ["/admin/properties/add/", "/admin/login/"] {
        let page = staff.post(path, &fields).await.assert_status(413);
        assert!(page.header("content-type").starts_with("text/html"));
    }
    assert_eq!(app.database.listings().await, "0");
}

#[tokio::test]
async fn the_site_says_whether_it_lives_and_is_ready() {
    let app = spawn_app().await;
    app.get("/healthz").await.assert_status(200);
    let ready = app.get("/readyz").await.assert_status(200).json();
    assert_eq!((&ready["database"], &ready["migrated"]), (&true.into(), &true.into()));
    assert_eq!(ready["redis"], "up");
    let off = app.another().set("REDIS_URL", "redis://127.0.0.1:1").start().await;
    let ready = off.get("/readyz").await.assert_status(200).json();
    assert_eq!(ready["redis"], "down");
}

#[tokio::test]
async fn a_search_at_the_root_is_a_search_of_the_list() {
    let app = Plan::new().await.homes(2).await.start().await;
    for (path, location) in [
        ("/", "/properties/"),
        ("/?q=a", "/properties/?q=a"),
        ("/?q=a%20b&location=Leith&format=json", "/properties/?q=a%20b&location=Leith&format=json"),
        ("/?q=%C3%A9%0d%0aX:%20y", "/properties/?q=%C3%A9%0d%0aX:%20y"),
    ] {
        let page = app.get(path).await.assert_status(302);
        assert_eq!(page.header("location"), location);
    }
}

#[tokio::test]
async fn a_form_without_scripts_leads_to_an_address_without_empty_fields() {
    let app = Plan::new().await.homes(3).await.start().await;
    app.get("/properties/?location=Leith").await.assert_status(200);
    let navigates = [("sec-fetch-mode", "navigate")];
    for (path, location) in [
        ("/properties/?q=&location=&min_price=&max_price=&sort=newest", "/properties/"),
        (
            "/properties/?q=&location=Leith&min_price=&max_price=&sort=newest",
            "/properties/?location=Leith",
        ),
        (
            "/properties/?q=sea&location=&min_price=+&max_price=%20&sort=price",
            "/properties/?q=sea&sort=price",
        ),
        (
            "/properties/?q=&location=A%26B&location=&utm_source=x",
            "/properties/?location=A%26B&utm_source=x",
        ),
        ("/properties/places/?name=", "/properties/places/"),
        ("/admin/users/?q=&role=staff&active=", "/admin/users/?role=staff"),
    ] {
        // The list is in memory at the second request.
        for _ in 0..2 {
            let page = app.reader.get_with(path, &navigates).await.assert_status(302);
            assert_eq!(page.header("location"), location);
            assert_eq!(page.header("cache-control"), "no-store");
        }
    }
    // Browsers don't send `Sec-Fetch-Mode` to a site without TLS.
    let path = "/properties/?q=&location=Leith&min_price=&max_price=&sort=newest";
    app.get(path).await.assert_status(302);
    // Other clients get the page that they request.
    let page = app.get("/properties/?q=&location=Leith").await;
    assert!(page.is_hit(), "{}", page.cache_status());
    app.get(&format!("{path}&format=json")).await.assert_status(200);
    assert_eq!(app.keys("page").await.len(), 2);
}
