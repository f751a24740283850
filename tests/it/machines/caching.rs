//! Pages for programs are cached, validated, compressed and invalidated like other pages.

use reqwest::Method;

use super::truth::is_for_machines;
use crate::harness::{Plan, eventually, listing};

const PATHS: [&str; 6] = [
    "/openapi.json",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap-0.xml",
    "/sitemap-1.xml",
    "/properties/feed.atom",
];

#[tokio::test]
async fn each_is_stored_then_answered_from_memory_with_the_headers_of_every_page() {
    let app = Plan::new().await.homes(30).await.start().await;
    app.has_heard_of_everything().await;
    for path in PATHS {
        let first = app.get(path).await.assert_status(200);
        assert!(first.is_stored(), "{path}: {}", first.cache_status());
        let second = app.get(path).await.assert_status(200);
        assert!(second.is_memory_hit(), "{path}: {}", second.cache_status());
        assert_eq!(first.body, second.body);
        for page in [&first, &second] {
            assert_eq!(page.header("cache-control"), "public, no-cache");
            assert_eq!(page.header("vary"), "Accept, Accept-Encoding");
            assert!(page.header("etag").starts_with('"'), "{page:?}");
            assert!(page.header("age").parse::<u64>().is_ok(), "{page:?}");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            assert!(!page.header("content-security-policy").is_empty());
            assert!(page.header("set-cookie").is_empty());
        }
    }
}

#[tokio::test]
async fn each_is_answered_from_redis_where_memory_has_it_not() {
    let app = Plan::new().await.homes(3).await.without_memory();
    let app = app.start().await;
    for path in PATHS {
        app.get(path).await.assert_status(200);
        let page = app.get(path).await;
        assert!(page.cache_status().starts_with("page-redis; hit"), "{page:?}");
    }
}

#[tokio::test]
async fn whoever_has_a_copy_is_told_that_it_is_right() {
    let app = Plan::new().await.homes(30).await.start().await;
    for path in PATHS {
        for encoding in ["identity", "gzip", "br"] {
            let accept = ("accept-encoding", encoding);
            let page = app.reader.get_with(path, &[accept]).await.assert_status(200);
            let coded = page.header("content-encoding");
            assert!(coded.is_empty() || coded == encoding, "{path}: {coded}");
            let copy = ("if-none-match", page.header("etag"));
            let answer = app.reader.get_with(path, &[accept, copy]).await;
            assert!(answer.assert_status(304).body.is_empty());
        }
    }
    let feed = [("accept-encoding", "br")];
    let feed = app.reader.get_with("/properties/feed.atom", &feed).await;
    assert_eq!(feed.header("content-encoding"), "br");
}

#[tokio::test]
async fn head_answers_as_get_without_the_body_and_nothing_else_is_allowed() {
    let app = Plan::new().await.homes(3).await.start().await;
    for path in PATHS {
        let get = app.get(path).await;
        let head = app.reader.request(Method::HEAD, path);
        let head = app.reader.send(head).await.assert_status(200);
        assert!(head.body.is_empty());
        for name in ["content-type", "content-length", "etag"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        app.reader.post_empty(path).await.assert_status(405);
    }
}

#[tokio::test]
async fn a_write_through_psql_refreshes_what_shows_the_row_and_nothing_else() {
    let sql = "INSERT INTO property (id, title, description, price, location)
        VALUES (6000, 'Far home', 'D', 1, 'Joppa'); DELETE FROM event_log";
    let plan = Plan::new().await.homes(6).await.sql(sql).await;
    let app = plan.start().await;
    app.has_heard_of_everything().await;
    let kept =
        ["/robots.txt", "/sitemap-0.xml", "/sitemap-2.xml", "/properties/feed.atom?location=Joppa"];
    let changed = [
        "/sitemap.xml",
        "/sitemap-1.xml",
        "/properties/feed.atom",
        "/properties/feed.atom?location=leith",
        "/properties/feed.atom?q=home",
    ];
    for path in kept.iter().chain(&changed) {
        app.get(path).await.assert_status(200);
    }
    let update = "UPDATE property SET title = 'Home mended' WHERE id = 3";
    app.database.run(update).await;
    for path in changed {
        eventually("the page follows", async || {
            let page = app.get(path).await.assert_status(200);
            is_for_machines(&app, path, &page).await.ok()
        })
        .await;
    }
    for path in kept {
        let page = app.get(path).await;
        assert!(page.is_hit(), "{path}: {}", page.cache_status());
    }
}

#[tokio::test]
async fn a_write_is_seen_by_whoever_asks_after_its_answer() {
    let app = Plan::new().await.homes(6).await.start().await;
    let staff = app.staff().await;
    for round in 0..5 {
        let title = format!("Round {round}");
        let feed = "/properties/feed.atom?location=Leith";
        app.get(feed).await;
        app.get("/sitemap-1.xml").await;
        staff.edit_listing(3, &listing(&title, "1", "Leith")).await;
        assert!(app.get(feed).await.has(&title));
        for path in ["/sitemap-1.xml", "/sitemap.xml"] {
            let page = app.get(path).await;
            assert_eq!(is_for_machines(&app, path, &page).await, Ok(true));
        }
    }
}

#[tokio::test]
async fn numbers_and_parameters_that_somebody_makes_up_leave_nothing_behind() {
    let app = Plan::new().await.homes(3).await.start().await;
    app.get("/sitemap-1.xml").await.assert_status(200);
    app.get("/properties/feed.atom").await.assert_status(200);
    app.get("/robots.txt").await.assert_status(200);
    let redis = app.redis().await;
    let before = redis.keys(&app.prefix).await;
    for number in 2..100 {
        let path = format!("/sitemap-{number}.xml");
        app.get(&path).await.assert_status(404);
        for path in [
            format!("/properties/feed.atom?x={number}&page={number}"),
            format!("/sitemap-1.xml?x={number}"),
            format!("/robots.txt?x={number}"),
        ] {
            let page = app.get(&path).await.assert_status(200);
            assert!(page.is_hit(), "{path}: {}", page.cache_status());
        }
    }
    assert_eq!(redis.keys(&app.prefix).await, before);
}
