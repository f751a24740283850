//! The notice on stale pages, its readers, and its validator.

use reqwest::Method;

use crate::harness::{App, Page, Plan, Proxy, Shows as _, until};

const NOTICE: &str = "can’t reach its database at the moment";
const FOR_PEOPLE: [&str; 5] = [
    "/properties/",
    "/properties/?location=Leith&min_price=5&max_price=1",
    "/properties/?q=castle",
    "/properties/1/?sort=price",
    "/properties/places/",
];
const FOR_PROGRAMS: [&str; 5] = [
    "/properties/?format=json",
    "/properties/1/?format=json",
    "/properties/places/?format=json",
    "/properties/feed.atom",
    "/sitemap-1.xml",
];

/// A site that has every page in memory, with the proxy to its database.
async fn start() -> (App, Proxy) {
    let (postgres, app) = Plan::with_homes(4).await.set("REDIS_URL", "off").behind_postgres().await;
    for path in FOR_PEOPLE.iter().chain(&FOR_PROGRAMS) {
        app.has_in_memory(path).await;
    }
    (app, postgres)
}

async fn with(app: &App, path: &str, headers: &[(&str, &str)]) -> Page {
    let page = app.reader.get_with(path, headers).await;
    assert!(page.is_stale(), "{path}: {}", page.cache_status());
    page
}

async fn all_stand_in(app: &App) {
    for path in FOR_PEOPLE.iter().chain(&FOR_PROGRAMS) {
        until("the page stands in", async || app.get(path).await.is_stale()).await;
    }
}

#[tokio::test]
async fn pages_for_people_say_once_that_they_stand_in_and_data_are_the_same() {
    let (app, postgres) = start().await;
    let mut before = Vec::new();
    for path in FOR_PEOPLE.iter().chain(&FOR_PROGRAMS) {
        before.push(app.get(path).await);
    }
    postgres.cut();
    all_stand_in(&app).await;
    let (people, programs) = before.split_at(FOR_PEOPLE.len());
    for (path, before) in FOR_PEOPLE.iter().zip(people) {
        let page = with(&app, path, &[]).await.assert_status(200);
        assert_eq!(page.text().matches(NOTICE).count(), 1, "{path}");
        assert_eq!(before.text().matches(NOTICE).count(), 0, "{path}");
        // Screen readers get it too, at the start of the content.
        let (_, content) = page.text().split_once("<main ").expect("content");
        let (_, content) = content.split_once('>').expect("closed");
        assert!(
            content.trim_start().starts_with("<p class=\"notice\" id=\"old\" role=\"status\">"),
            "{path}"
        );
    }
    for (path, before) in FOR_PROGRAMS.iter().zip(programs) {
        let page = with(&app, path, &[]).await.assert_status(200);
        assert_eq!(page.body, before.body, "{path}");
        assert_eq!(page.header("etag"), before.header("etag"), "{path}");
    }
    postgres.restore();
    for (path, before) in FOR_PEOPLE.iter().zip(people) {
        let page = app.has_in_memory(path).await;
        assert_eq!(
            (&page.body, page.header("etag")),
            (&before.body, before.header("etag")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_copy_without_the_notice_is_not_confirmed_and_one_with_it_is() {
    let (app, postgres) = start().await;
    for path in FOR_PEOPLE {
        let mut copies = Vec::new();
        for encoding in ["identity", "br", "gzip"] {
            let page = app.reader.get_with(path, &[("accept-encoding", encoding)]).await;
            copies.push((encoding, page.header("etag").to_owned()));
        }
        copies.dedup_by(|one, other| one.1 == other.1);
        assert_eq!(copies.len(), 3, "{path}");
        postgres.cut();
        all_stand_in(&app).await;
        let mut own = Vec::new();
        for (encoding, etag) in &copies {
            let headers = [("accept-encoding", *encoding), ("if-none-match", etag)];
            let page = with(&app, path, &headers).await.assert_status(200);
            page.shows([NOTICE]);
            assert_eq!(page.header("content-encoding"), "");
            assert_eq!(page.header("vary"), "Accept, Accept-Encoding");
            assert_eq!(page.header("cache-control"), "public, no-cache");
            own.push(page.header("etag").to_owned());
            let headers = [("accept-encoding", *encoding), ("if-none-match", &own[0])];
            assert!(with(&app, path, &headers).await.assert_status(304).body.is_empty());
        }
        own.dedup();
        assert_eq!(own.len(), 1, "{path}: {own:?}");
        let head = app.reader.send(app.reader.request(Method::HEAD, path)).await;
        assert_eq!((head.header("etag"), head.body.len()), (own[0].as_str(), 0), "{path}");
        postgres.restore();
        // A client that has the copy with the notice gets the page without it.
        until("the page is itself again", async || {
            let page = app.reader.get_with(path, &[("if-none-match", own[0].as_str())]).await;
            assert!(page.is_stale() || !page.has(NOTICE), "{page:?}");
            page.status == 200
        })
        .await;
        app.has_in_memory(path).await;
    }
}
