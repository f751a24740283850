//! The headers that every page has, and those for caches.

use reqwest::Method;

use crate::harness::{Page, Plan};

fn is_hardened(page: &Page) {
    let csp = page.header("content-security-policy");
    assert!(csp.contains("default-src 'none'"), "{page:?}");
    assert!(!csp.contains("unsafe-inline"), "{csp}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert!(!page.header("referrer-policy").is_empty());
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert!(!page.header("x-request-id").is_empty());
}

#[tokio::test]
async fn every_kind_of_page_has_the_security_headers() {
    let app = Plan::new().await.homes(1).await.start().await;
    let staff = app.staff().await;
    let css = app.get("/properties/").await;
    let (_, css) = css.text().split_once("/static/").expect("a style sheet");
    let css = format!("/static/{}", css.split('"').next().unwrap_or_default());
    for (path, status) in [
        ("/", 302),
        ("/properties/", 200),
        ("/properties/", 200),
        ("/properties/?format=json", 200),
        ("/properties/?page=x", 400),
        ("/properties/?page=x&format=json", 400),
        ("/properties/1/", 200),
        ("/properties/99/", 404),
        ("/properties/no-cache/", 200),
        ("/nowhere", 404),
        ("/properties", 301),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/admin/login/", 200),
        ("/admin/", 302),
        ("/properties/cache-status/", 401),
        (&css, 200),
    ] {
        let page = app.get(path).await.assert_status(status);
        is_hardened(&page);
    }
    for path in ["/admin/", "/admin/properties/", "/admin/properties/1/change/"] {
        is_hardened(&staff.get(path).await.assert_status(200));
    }
    let page = app.reader.post_empty("/properties/").await.assert_status(405);
    is_hardened(&page);
}

#[tokio::test]
async fn request_ids_are_never_the_same() {
    let app = Plan::new().await.homes(1).await.start().await;
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..10 {
        ids.insert(app.get("/properties/").await.header("x-request-id").to_owned());
    }
    assert_eq!(ids.len(), 10);
}

#[tokio::test]
async fn cacheable_pages_say_so_whichever_level_answers() {
    let app = Plan::new().await.homes(1).await.start().await;
    for path in ["/properties/", "/properties/1/?format=json"] {
        let first = app.get(path).await.assert_status(200);
        assert_eq!(
            first.cache_status(),
            "queryset; fwd=uri-miss; stored, page-redis; fwd=uri-miss; stored"
        );
        let second = app.get(path).await.assert_status(200);
        assert!(second.is_hit(), "{}", second.cache_status());
        for page in [first, second] {
            assert_eq!(page.header("cache-control"), "public, no-cache");
            assert_eq!(page.header("vary"), "Accept, Accept-Encoding");
            assert!(page.header("etag").starts_with('"'), "{page:?}");
            assert!(page.header("age").parse::<u64>().is_ok(), "{page:?}");
            assert!(page.header("set-cookie").is_empty());
        }
    }
}

#[tokio::test]
async fn rows_that_are_cached_make_the_page_of_another_format() {
    let app = Plan::new().await.homes(1).await.start().await;
    app.get("/properties/").await;
    let status = app.cache_status("/properties/?format=json").await;
    assert_eq!(status, "queryset; hit, page-redis; fwd=uri-miss; stored");
}

#[tokio::test]
async fn head_answers_as_get_without_the_body() {
    let app = Plan::new().await.homes(1).await.start().await;
    for path in [
        "/properties/",
        "/properties/1/",
        "/properties/no-cache/",
        "/properties/99/",
        "/healthz",
        "/",
    ] {
        app.get(path).await;
        let get = app.get(path).await;
        let head = app.reader.request(Method::HEAD, path);
        let head = app.reader.send(head).await.assert_status(get.status);
        assert!(head.body.is_empty(), "{path}");
        for name in ["content-type", "etag", "cache-control", "vary", "content-length", "location"]
        {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn a_page_that_head_asked_for_first_is_a_hit_for_get() {
    let app = Plan::new().await.homes(1).await.start().await;
    let head = app.reader.request(Method::HEAD, "/properties/");
    app.reader.send(head).await.assert_status(200);
    let page = app.get("/properties/").await;
    assert!(page.is_hit() && page.has("Home 1"), "{page:?}");
}

#[tokio::test]
async fn the_page_without_cache_reads_and_writes_none() {
    let app = Plan::new().await.homes(30).await.start().await;
    for path in [
        "/properties/no-cache/",
        "/properties/no-cache/?format=json",
        "/properties/no-cache/?page=2&q=home",
    ] {
        let page = app.get(path).await.assert_status(200);
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(page.cache_status().contains("fwd=bypass"), "{page:?}");
        assert!(page.header("etag").is_empty() && page.header("age").is_empty());
    }
    for family in ["page", "all_properties", "property_count"] {
        assert!(app.keys(family).await.is_empty(), "{family}");
    }
    app.get("/properties/").await;
    app.database.run("UPDATE property SET title = 'New' WHERE id = 30").await;
    assert!(app.get("/properties/no-cache/").await.has("New"));
    app.get("/properties/no-cache/?page=9").await.assert_status(404);
    app.get("/properties/no-cache/?page=0").await.assert_status(400);
}
