//! `GET /sitemap.xml` and its parts.

use super::truth::{is_for_machines, site_map};
use crate::harness::{App, Plan, spawn_app};

/// The statement that adds a listing with this number.
fn at(id: i64) -> String {
    format!(
        "INSERT INTO property (id, title, description, price, location)
         VALUES ({id}, 'Home {id}', 'D', 1, 'Leith');"
    )
}

async fn parts(app: &App) -> Vec<String> {
    let page = app.get("/sitemap.xml").await.assert_status(200);
    let listed = site_map(&page, "sitemapindex").into_iter();
    listed.map(|(address, _)| address).collect()
}

fn addresses(parts: &[&str]) -> Vec<String> {
    let address = |part: &&str| format!("http://homes.example/sitemap-{part}.xml");
    parts.iter().map(address).collect()
}

#[tokio::test]
async fn a_site_without_listings_has_the_part_of_its_other_pages_only() {
    let app = spawn_app().await;
    assert_eq!(parts(&app).await, addresses(&["0"]));
    let page = app.get("/sitemap-0.xml").await.assert_status(200);
    let urls = ["properties/", "properties/places/"];
    let urls = urls.map(|path| (format!("http://homes.example/{path}"), None));
    assert_eq!(site_map(&page, "urlset"), urls);
    let content_type = "application/xml; charset=utf-8";
    assert_eq!(page.header("content-type"), content_type);
}

#[tokio::test]
async fn only_parts_that_have_listings_are_named_however_far_apart_they_are() {
    let last = 9_007_199_254_740_991;
    let rows = [1, 2, 5_000, 5_001, 40_000, last].map(at).concat();
    let app = Plan::new().await.sql(&rows).await.start().await;
    let named = ["0", "1", "2", "8", "1801439850949"];
    assert_eq!(parts(&app).await, addresses(&named));
    for part in &named[1..] {
        let path = format!("/sitemap-{part}.xml");
        let page = app.get(&path).await.assert_status(200);
        assert_eq!(is_for_machines(&app, &path, &page).await, Ok(true));
    }
    let page = app.get("/sitemap.xml").await;
    assert_eq!(is_for_machines(&app, "/sitemap.xml", &page).await, Ok(true));
    let page = app.get("/sitemap-1.xml").await;
    assert_eq!(site_map(&page, "urlset").len(), 3);
}

#[tokio::test]
async fn what_is_no_part_is_not_found_and_said_so_to_a_program() {
    let app = Plan::new().await.homes(1).await.start().await;
    for part in ["2", "01", "00", "1801439850950", "99999999999999999999"] {
        let page = app.get(&format!("/sitemap-{part}.xml")).await;
        let page = page.assert_status(404);
        assert_eq!(page.header("content-type"), "application/problem+json");
    }
    for path in ["/sitemap-x.xml", "/sitemap-.xml", "/sitemap-1.xml/"] {
        app.get(path).await.assert_status(404);
    }
}

#[tokio::test]
async fn a_part_appears_with_its_first_listing_and_goes_with_its_last() {
    let app = Plan::new().await.homes(1).await.start().await;
    app.get("/sitemap-2.xml").await.assert_status(404);
    assert_eq!(parts(&app).await, addresses(&["0", "1"]));
    app.database.run(&at(6_000)).await;
    app.comes_to_show("/sitemap.xml", "sitemap-2.xml").await;
    let page = app.get("/sitemap-2.xml").await.assert_status(200);
    assert!(page.is_stored(), "{}", page.cache_status());
    assert!(page.has("http://homes.example/properties/6000/"));
    app.database.run("DELETE FROM property WHERE id = 6000").await;
    app.has_heard_of_everything().await;
    app.get("/sitemap-2.xml").await.assert_status(404);
    // The write that shows that the site has heard of everything adds a listing.
    assert_eq!(parts(&app).await, addresses(&["0", "1"]));
}

#[tokio::test]
async fn a_full_part_of_a_site_with_a_long_name_is_kept() {
    let rows = "INSERT INTO property (id, title, description, price, location)
        SELECT 9007199254735001 + n, 'T', 'D', 1, 'L' FROM generate_series(0, 4999) AS n
        WHERE 9007199254735001 + n <= 9007199254740000;
        DELETE FROM event_log";
    let site = format!("https://{}.example", "long-name.".repeat(9).trim_end_matches('.'));
    let plan = Plan::new().await.sql(rows).await;
    let app = plan.set("SITE_URL", &site).start().await;
    let path = "/sitemap-1801439850948.xml";
    let page = app.get(path).await.assert_status(200);
    assert!(page.is_stored(), "{}", page.cache_status());
    assert_eq!(site_map(&page, "urlset").len(), 5_000);
    assert!(page.body.len() < 1024 * 1024, "{} bytes", page.body.len());
}

#[tokio::test]
async fn no_more_parts_are_named_than_an_index_may_have() {
    let rows = "INSERT INTO property (id, title, description, price, location)
        SELECT n * 5000, 'T', 'D', 1, 'L' FROM generate_series(1, 50002) AS n;
        DELETE FROM event_log; ANALYZE property";
    let app = Plan::new().await.sql(rows).await.start().await;
    let parts = parts(&app).await;
    assert_eq!(parts.len(), 50_000);
    assert_eq!(parts[..2], addresses(&["0", "4"]));
    assert_eq!(parts[49_999..], addresses(&["50002"]));
    app.get("/sitemap-3.xml").await.assert_status(404);
    app.get("/sitemap-4.xml").await.assert_status(200);
}

/// The time of a part's last change, in microseconds.
async fn changed(app: &App, part: u8) -> i64 {
    let page = app.get("/sitemap.xml").await.assert_status(200);
    let listed = site_map(&page, "sitemapindex").into_iter();
    let own = format!("http://homes.example/sitemap-{part}.xml");
    let mut times = listed.filter(|(address, _)| *address == own);
    times.next().and_then(|(_, time)| time).expect("a time")
}

#[tokio::test]
async fn a_deletion_moves_the_time_of_its_part_forward_and_of_no_other() {
    // The listing that shows that the site has heard of everything is in the first part.
    let rows = [5_001, 5_002, 5_003, 5_004, 10_001];
    let rows = rows.map(at).concat();
    let app = Plan::new().await.sql(&rows).await.start().await;
    for leaves in [
        "DELETE FROM property WHERE id = 5002",
        // The listing that changed last.
        "UPDATE property SET price = 2 WHERE id = 5003; DELETE FROM property WHERE id = 5003",
        "UPDATE property SET id = 10003 WHERE id = 5004",
    ] {
        let (before, other) = (changed(&app, 2).await, changed(&app, 3).await);
        let now = micros(&app).await;
        app.database.run(leaves).await;
        app.has_heard_of_everything().await;
        let after = changed(&app, 2).await;
        assert!(after > before && after >= now, "{leaves}: {before}, {after}");
        let moved = leaves.contains("SET id");
        assert_eq!(changed(&app, 3).await != other, moved, "{leaves}");
    }
    // Old rows are restored with their times: the part has changed since.
    let now = micros(&app).await;
    let old = "TRUNCATE property; INSERT INTO property (id, title, description, price, location, updated_at)
        VALUES (5001, 'Old', 'D', 1, 'Leith', '2001-01-01')";
    app.database.run(old).await;
    app.has_heard_of_everything().await;
    assert!(changed(&app, 2).await >= now);
}

async fn micros(app: &App) -> i64 {
    let now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    app.database.value(now).await.parse().expect("a number")
}

#[tokio::test]
async fn two_deletions_in_one_part_and_place_do_not_wait_for_each_other() {
    let rows = [1, 2, 3].map(at).concat();
    let app = Plan::new().await.sql(&rows).await.start().await;
    app.database.run("DELETE FROM property WHERE id = 3").await;
    let (mut one, other) = (app.database.psql().await, app.database.psql().await);
    let work = one.transaction().await.expect("begun");
    let first = work.batch_execute("DELETE FROM property WHERE id = 1");
    first.await.expect("deleted");
    let second = "SET lock_timeout = '3s'; DELETE FROM property WHERE id = 2";
    other.batch_execute(second).await.expect("it does not wait");
    work.commit().await.expect("committed");
    // The next write merges the slots of both transactions.
    let rows = "INSERT INTO property (id, title, description, price, location)
        VALUES (4, 'T', 'D', 1, 'Leith'); DELETE FROM property WHERE id = 4";
    app.database.run(rows).await;
    let slots = "SELECT count(*) FROM property_departure WHERE kind = 'part'";
    assert_eq!(app.database.value(slots).await, "1");
    let repeatable = "BEGIN ISOLATION LEVEL REPEATABLE READ; DELETE FROM property; COMMIT";
    app.database.run(repeatable).await;
}
