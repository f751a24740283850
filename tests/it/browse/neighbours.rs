//! `/properties/{id}/next/` and `/previous/`: from one listing of a list to the next.

use super::app_of;
use crate::harness::{App, Page, Plan, listing};

/// Three prices occur twice or more; every second listing is in Leith.
const HOMES: [(&str, u32, &str); 9] = [
    ("Flat 1", 500, "Leith"),
    ("Flat 2", 700, "Joppa"),
    ("Flat 3", 500, "Leith"),
    ("Flat 4", 500, "Joppa"),
    ("Flat 5", 700, "Leith"),
    ("House 6", 500, "Joppa"),
    ("Flat 7", 500, "leith"),
    ("Flat 8", 900, "Joppa"),
    ("Flat 9", 300, "Leith"),
];

const QUERIES: [&str; 8] = [
    "",
    "sort=price",
    "sort=-price",
    "sort=oldest",
    "location=Leith&sort=price",
    "location=leith&location=Joppa&sort=-price",
    "q=flat&max_price=700&sort=price",
    "q=flat&min_price=700&max_price=500&sort=oldest",
];

/// The listings of a list, in its order.
async fn ids(app: &App, query: &str) -> Vec<i64> {
    let path = format!("/properties/no-cache/?format=json&page_size=100&{query}");
    let list = app.get_json(&path).await;
    let rows = list["results"].as_array().expect("a list").iter();
    rows.map(|row| row["id"].as_i64().expect("a number")).collect()
}

async fn turned(app: &App, id: i64, step: &str, query: &str) -> Page {
    let path = format!("/properties/{id}/{step}/?{query}");
    app.get(&path).await
}

/// The listing that a step leads to, with the URL's fragment.
async fn step(app: &App, id: i64, step: &str, query: &str) -> (i64, String) {
    let page = turned(app, id, step, query).await.assert_status(302);
    let location = page.header("location");
    let (path, mark) = location.split_once('#').unwrap_or((location, ""));
    let shown = app.get(path).await.assert_status(200);
    // The page's own links stay within the same list.
    let (path, rest) = path.split_once('?').unwrap_or((path, ""));
    let onward = format!("{path}{step}/{}{rest}", if rest.is_empty() { "" } else { "?" });
    assert!(shown.has(&onward.replace('&', "&#38;")), "{onward}: {shown:?}");
    let id = path.trim_start_matches("/properties/").trim_end_matches('/');
    (id.parse().expect("a number"), mark.to_owned())
}

/// Every listing from one to the end, step by step.
async fn walk(app: &App, from: i64, direction: &str, query: &str) -> (Vec<i64>, String) {
    let mut seen = vec![from];
    loop {
        let last = seen[seen.len() - 1];
        let (id, mark) = step(app, last, direction, query).await;
        if !mark.is_empty() {
            assert_eq!(id, last, "the end is marked on the last");
            return (seen, mark);
        }
        seen.push(id);
        assert!(seen.len() <= HOMES.len(), "{query}: {seen:?}");
    }
}

#[tokio::test]
async fn next_visits_every_listing_of_a_result_once_in_its_order_and_previous_goes_back() {
    let app = app_of(&HOMES).await;
    for query in QUERIES {
        let mut want = ids(&app, query).await;
        let walked = walk(&app, want[0], "next", query).await;
        assert_eq!(walked, (want.clone(), "last".to_owned()), "{query}");
        want.reverse();
        let walked = walk(&app, want[0], "previous", query).await;
        assert_eq!(walked, (want, "first".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn a_listing_that_left_the_result_still_leads_on() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    let query = "location=Leith&sort=price";
    assert_eq!(ids(&app, query).await, [9, 1, 3, 7, 5]);
    app.get(&format!("/properties/3/?{query}")).await.assert_status(200);
    staff.edit_listing(3, &listing("Flat 3", "500", "Portobello")).await;
    assert_eq!(step(&app, 3, "next", query).await, (7, String::new()));
    assert_eq!(step(&app, 3, "previous", query).await, (1, String::new()));
    assert_eq!(step(&app, 1, "next", query).await, (7, String::new()));
    staff.delete_listing(7).await;
    assert_eq!(step(&app, 1, "next", query).await, (5, String::new()));
    turned(&app, 7, "next", query).await.assert_status(404);
    // If the list is empty, both steps stay at the listing.
    let nothing = "location=Nowhere";
    assert_eq!(step(&app, 3, "next", nothing).await, (3, "last".to_owned()));
    assert_eq!(step(&app, 3, "previous", nothing).await, (3, "first".to_owned()));
}

#[tokio::test]
async fn a_listing_that_does_not_exist_has_no_neighbours() {
    let app = app_of(&HOMES).await;
    for id in ["0", "77", "9223372036854775807", "9223372036854775808", "-1", "x", "1.5"] {
        for step in ["next", "previous"] {
            for query in ["", "?sort=price"] {
                let page = app.get(&format!("/properties/{id}/{step}/{query}")).await;
                page.assert_status(404);
            }
        }
    }
}

#[tokio::test]
async fn a_query_string_that_is_not_valid_is_ignored() {
    let app = app_of(&HOMES).await;
    for query in ["sort=dearest", "min_price=a", "page=0&sort=price", "q=%00", "%ff&sort=%00"] {
        let page = turned(&app, 5, "next", query).await.assert_status(302);
        assert_eq!(page.header("location"), "/properties/4/", "{query}");
    }
    // The page number is not part of the list.
    let page = turned(&app, 5, "next", "page=2&page_size=1&cursor=x&utm_source=y").await;
    assert_eq!(page.header("location"), "/properties/4/");
}

#[tokio::test]
async fn nothing_of_it_is_kept_as_a_page() {
    let app = app_of(&HOMES).await;
    for _ in 0..2 {
        for query in QUERIES {
            for direction in ["next", "previous"] {
                let page = turned(&app, 5, direction, query).await.assert_status(302);
                assert_eq!(page.header("cache-control"), "no-store");
                assert!(!page.is_hit() && page.body.is_empty(), "{page:?}");
            }
        }
    }
    assert!(app.keys("page").await.is_empty());
    let staff = app.staff().await;
    staff.create_listing(&listing("Flat 10", "1", "Leith")).await;
    assert_eq!(step(&app, 9, "previous", "").await, (10, String::new()));
}

#[tokio::test]
async fn no_query_string_leads_away_from_the_site() {
    let app = Plan::new().await.homes(2).await.start().await;
    for query in [
        "//evil.example/",
        "next=//evil.example/",
        "q=//evil.example/%23%3F",
        "q=%0d%0aLocation:%20http://evil.example/",
        "location=%2f%2fevil.example&location=%5c%5cevil.example",
        "q=%5c%5cevil.example&sort=price",
        "location=http://evil.example/%23last",
        "q=%e2%80%ae%3cscript%3e\"'",
        "q=%23first",
    ] {
        for direction in ["next", "previous"] {
            let page = turned(&app, 2, direction, query).await.assert_status(302);
            let locations = page.all("location");
            let [location] = locations.as_slice() else {
                panic!("{query}: {locations:?}");
            };
            let path = location.split(['?', '#']).next().expect("a path");
            assert!(["/properties/1/", "/properties/2/"].contains(&path), "{location}");
            assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location}");
            assert!(location.matches('#').count() <= 1, "{location}");
        }
    }
}
