//! `GET /properties/feed.atom`

use chrono::{DateTime, Utc};

use super::truth::{feed, is_for_machines};
use crate::harness::{Plan, eventually, spawn_app};

#[tokio::test]
async fn a_feed_has_everything_that_a_reader_needs() {
    let app = Plan::new().await.homes(3).await.start().await;
    let path = "/properties/feed.atom?location=Leith";
    let page = app.get(path).await.assert_status(200);
    let content_type = "application/atom+xml; charset=utf-8";
    assert_eq!(page.header("content-type"), content_type);
    let feed = feed(&page);
    assert_eq!(feed.id, format!("http://homes.example{path}"));
    let title = feed.title.expect("a title").content;
    assert_eq!(title, "Property Listings: Leith");
    assert_eq!(feed.authors[0].name.as_deref(), Some("Property Listings"));
    let links: Vec<_> =
        feed.links.iter().map(|link| (link.rel.as_deref(), link.href.as_str())).collect();
    let list = "http://homes.example/properties/?location=Leith";
    assert_eq!(links, [(Some("self"), feed.id.as_str()), (Some("alternate"), list)]);
    let latest = feed.entries.iter().filter_map(|entry| entry.updated).max();
    assert_eq!(feed.updated, latest);

    let ids: Vec<_> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
    let url = "http://homes.example/properties/3/";
    assert_eq!(ids, [url, "http://homes.example/properties/1/"]);
    let entry = &feed.entries[0];
    let title = entry.title.as_ref().expect("a title");
    assert_eq!(title.content, "Home 3");
    assert_eq!(entry.links[0].href, url);
    assert_eq!(entry.categories[0].term, "Leith");
    let added = "2026-01-01T00:03:00Z".parse::<DateTime<Utc>>().expect("a time");
    assert_eq!(entry.published, Some(added));
    assert!(entry.updated.is_some());
    let summary = &entry.summary.as_ref().expect("a summary").content;
    for part in ["3,000", "Leith", "About home 3"] {
        assert!(summary.contains(part), "{summary}");
    }
}

#[tokio::test]
async fn a_feed_has_the_fifty_newest_of_its_search() {
    let app = Plan::new().await.homes(120).await.start().await;
    for (path, count) in [
        ("/properties/feed.atom", 50),
        ("/properties/feed.atom?location=joppa", 50),
        ("/properties/feed.atom?min_price=100000", 21),
        ("/properties/feed.atom?max_price=9000&location=Leith", 5),
        ("/properties/feed.atom?q=home+7", 11),
    ] {
        let page = app.get(path).await.assert_status(200);
        assert_eq!(feed(&page).entries.len(), count, "{path}");
        assert_eq!(is_for_machines(&app, path, &page).await, Ok(true));
    }
}

#[tokio::test]
async fn an_empty_feed_is_valid_and_the_same_whenever_it_is_made() {
    let app = spawn_app().await;
    let first = app.get("/properties/feed.atom").await.assert_status(200);
    assert_eq!(feed(&first).updated, Some(DateTime::UNIX_EPOCH));
    let cleared = app.services.management.clear("a test").await;
    cleared.expect("cleared");
    let again = app.get("/properties/feed.atom").await;
    assert!(again.is_stored(), "{}", again.cache_status());
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("etag"), again.header("etag"));
}

#[tokio::test]
async fn order_and_page_are_no_part_of_a_feed_whatever_is_asked_for() {
    let app = Plan::new().await.homes(3).await.start().await;
    let path = "/properties/feed.atom?q=home&location=Leith";
    let plain = app.get(path).await.assert_status(200);
    for more in [
        "sort=price",
        "sort=dearest",
        "page=7",
        "page=0",
        "page_size=1",
        "page_size=x",
        "cursor=junk",
        "format=json",
        "utm_source=x",
        "min_price=",
    ] {
        let page = app.get(&format!("{path}&{more}")).await;
        assert!(page.is_hit(), "{more}: {}", page.cache_status());
        assert_eq!(page.body, plain.body, "{more}");
    }
    let page = app.get("/properties/feed.atom?location=Leith&q=home").await;
    assert!(page.is_hit(), "{}", page.cache_status());
    assert_eq!(app.keys("page").await.len(), 1);
    assert_eq!(app.keys("all_properties").await.len(), 1);
}

#[tokio::test]
async fn a_wrong_filter_is_named_to_whoever_asks() {
    let app = spawn_app().await;
    for (query, field) in [
        ("min_price=cheap", "min_price"),
        ("max_price=-1", "max_price"),
        ("q=%00", "q"),
        ("location=a%07", "location"),
    ] {
        for accept in ["*/*", "application/atom+xml", "text/html"] {
            let path = format!("/properties/feed.atom?{query}");
            let page = app.reader.get_with(&path, &[("accept", accept)]).await;
            let page = page.assert_status(400);
            assert_eq!(page.header("content-type"), "application/problem+json");
            let problem = page.json();
            assert!(problem["errors"][field][0].is_string(), "{problem}");
        }
    }
    assert!(app.keys("page").await.is_empty());
}

#[tokio::test]
async fn what_leaves_a_feed_moves_its_time_forward() {
    let app = Plan::new().await.homes(8).await.start().await;
    // The changed listing is the first of each feed; odd numbers are in Leith and cost as many thousands.
    for (path, leaves) in [
        ("", "DELETE FROM property WHERE id = 8"),
        ("?location=Leith", "DELETE FROM property WHERE id = 7"),
        ("?location=Leith", "UPDATE property SET location = 'Joppa' WHERE id = 5"),
        ("?max_price=3500", "UPDATE property SET price = 9000 WHERE id = 3"),
        (
            "?q=home&location=joppa",
            "UPDATE property SET title = 'House', description = 'A house' WHERE id = 6",
        ),
        ("", "TRUNCATE property"),
    ] {
        let path = format!("/properties/feed.atom{path}");
        let before = feed(&app.get(&path).await.assert_status(200));
        let now = Utc::now();
        app.database.run(leaves).await;
        let gone = &before.entries[0].id;
        let after = eventually("the listing leaves the feed", async || {
            let after = feed(&app.get(&path).await.assert_status(200));
            let stays = after.entries.iter().any(|entry| entry.id == *gone);
            (!stays).then_some(after)
        });
        let after = after.await;
        assert!(after.updated > before.updated, "{path}: {leaves}");
        assert!(after.updated >= Some(now), "{path}: {leaves}");
    }
}

#[tokio::test]
async fn a_change_elsewhere_leaves_the_time_of_a_feed_as_it_is() {
    let app = Plan::new().await.homes(8).await.start().await;
    let path = "/properties/feed.atom?location=Leith";
    let before = feed(&app.get(path).await.assert_status(200)).updated;
    let elsewhere = "DELETE FROM property WHERE id = 8; UPDATE property SET price = 1 WHERE id = 6";
    app.database.run(elsewhere).await;
    app.has_heard_of_everything().await;
    assert_eq!(feed(&app.get(path).await).updated, before);
}
