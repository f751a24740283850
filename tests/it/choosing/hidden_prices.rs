//! Prices on application: nothing that visitors get tells the price of a listing that hides it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{titles, walked};
use crate::harness::{App, Plan, Shows as _};

/// Two listings hide a price in the band of the others.
const HOMES: &str = "INSERT INTO property (title, description, price, location, created_at, price_qualifier)
    SELECT title, 'D', price, 'Leith', timestamptz '2026-01-01 00:00Z' + n * interval '1 min', qualifier
    FROM (VALUES
        (1, 'P1', 170.00, NULL), (2, 'P2', 200.00, 'fixed'), (3, 'H3', 218.37, 'on_application'),
        (4, 'H4', 181.93, 'on_application'), (5, 'P5', 240.00, 'from')
    ) AS home (n, title, price, qualifier)";
const HIDDEN: [&str; 2] = ["218.37", "181.93"];

async fn site() -> App {
    Plan::new().await.sql(HOMES).await.start().await
}

#[tokio::test]
async fn no_price_filter_selects_a_hidden_price_and_every_order_by_price_has_it_last() {
    let app = site().await;
    for (query, want) in [
        ("min_price=180", "P5 P2"),
        ("max_price=220", "P2 P1"),
        ("min_price=218&max_price=219", ""),
        ("min_price=0", "P5 P2 P1"),
        ("sort=price", "P1 P2 P5 H3 H4"),
        ("sort=-price", "P5 P2 P1 H4 H3"),
        ("sort=price&location=Leith", "P1 P2 P5 H3 H4"),
        ("sort=price&min_price=180", "P2 P5"),
        ("sort=-price&q=h4", "H4"),
    ] {
        assert_eq!(titles(&app, query).await, want, "{query}");
        let no_cache = app.get(&format!("/properties/no-cache/?{query}")).await.assert_status(200);
        no_cache.hides(HIDDEN);
    }
}

#[tokio::test]
async fn a_walk_by_price_visits_each_listing_once_and_no_cursor_tells_a_hidden_price() {
    let app = site().await;
    for (query, want) in [("sort=price", "P1 P2 P5 H3 H4"), ("sort=-price", "P5 P2 P1 H4 H3")] {
        let (there, back) = walked(&app, query).await;
        assert_eq!((there.join(" ").as_str(), back.join(" ").as_str()), (want, want), "{query}");
        let mut url = format!("/properties/?format=json&page_size=1&{query}");
        while let Some((_, token)) = {
            let page = app.get_json(&url).await;
            url = page["next"].as_str().unwrap_or_default().to_owned();
            url.split_once("cursor=")
        } {
            let token = token.split('&').next().unwrap_or_default();
            let bytes = URL_SAFE_NO_PAD.decode(token).expect("base64");
            let text = String::from_utf8_lossy(&bytes);
            assert!(HIDDEN.iter().all(|price| !text.contains(price)), "{text}");
            url = url[url.find("/properties/").expect("a path")..].to_owned();
        }
    }
}

#[tokio::test]
async fn no_page_tells_a_hidden_price_nor_its_band() {
    let app = site().await;
    for path in [
        "/properties/",
        "/properties/?format=json",
        "/properties/feed.atom",
        "/properties/3/",
        "/properties/3/?format=json",
        "/properties/3/?sort=price",
        "/properties/2/",
        "/sitemap-1.xml",
    ] {
        app.get(path).await.assert_status(200).hides(HIDDEN);
    }
    assert_eq!(app.get_json("/properties/3/?format=json").await["price"], serde_json::Value::Null);
    // Others of its place, whatever they cost.
    let page = app.get("/properties/3/").await;
    page.shows(["Price on application", "Similar listings nearby", "P1", "P2", "H4", "P5"])
        .hides(["Priced from"]);
    // What is similar to another is in its band, so a listing that hides its price is not.
    let page = app.get("/properties/2/").await;
    page.shows(["Priced from", "P1", "P5"]).hides([">H3<", ">H4<"]);
}

#[tokio::test]
async fn a_price_that_becomes_hidden_leaves_every_page_that_told_it() {
    let app = site().await;
    let paths = [
        "/properties/?min_price=150",
        "/properties/?sort=price",
        "/properties/1/",
        "/properties/2/",
    ];
    for path in paths {
        app.get(path).await.assert_status(200).shows(["200.00"]);
    }
    app.sql("UPDATE property SET price_qualifier = 'on_application' WHERE title = 'P2'").await;
    app.has_heard_of_everything().await;
    for path in paths {
        app.get(path).await.assert_status(200).hides(["200.00"]);
    }
    app.get("/properties/1/").await.hides([">P2<"]);
    assert_eq!(titles(&app, "min_price=150").await, "P5 P1");
}

#[tokio::test]
async fn staff_find_listings_by_hidden_prices() {
    let app = site().await;
    let staff = app.staff().await;
    let list = staff.get("/admin/properties/?min_price=210&max_price=220").await.assert_status(200);
    list.shows(["1 listing found", "H3"]);
    let page = staff.get("/admin/properties/?o=price").await.assert_status(200);
    let list = page.text();
    let at = |title: &str| list.find(title).unwrap_or_else(|| panic!("{title}"));
    assert!(at(">H4<") < at(">P2<") && at(">P2<") < at(">H3<"), "{list}");
}
