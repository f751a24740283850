//! `GET /sitemap.xml` and its parts.

use super::truth::{is_for_machines, site_map};
use crate::harness::{App, Plan, spawn_app};

/// A listing with a number of its own.
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
    app.database
        .run("DELETE FROM property WHERE id = 6000")
        .await;
    app.has_heard_of_everything().await;
    app.get("/sitemap-2.xml").await.assert_status(404);
    // What the site has heard of is one more listing.
    assert_eq!(parts(&app).await, addresses(&["0", "1"]));
}

#[tokio::test]
async fn a_full_part_of_a_site_with_a_long_name_is_kept() {
    let rows = "INSERT INTO property (id, title, description, price, location)
        SELECT 9007199254735001 + n, 'T', 'D', 1, 'L' FROM generate_series(0, 4999) AS n
        WHERE 9007199254735001 + n <= 9007199254740000;
        DELETE FROM property_event";
    let site = format!(
        "https://{}.example",
        "long-name.".repeat(9).trim_end_matches('.')
    );
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
        DELETE FROM property_event; ANALYZE property";
    let app = Plan::new().await.sql(rows).await.start().await;
    let parts = parts(&app).await;
    assert_eq!(parts.len(), 50_000);
    assert_eq!(parts[..2], addresses(&["0", "4"]));
    assert_eq!(parts[49_999..], addresses(&["50002"]));
    app.get("/sitemap-3.xml").await.assert_status(404);
    app.get("/sitemap-4.xml").await.assert_status(200);
}
