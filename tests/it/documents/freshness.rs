//! The freshness checker finds content by marks in the page's text: its parser must read the site's current pages.

#[path = "../../../tools/freshness/src/page.rs"]
mod page;

use crate::harness::Plan;
use page::{Format, ShownRow};

/// Rows as the checker writes them: their version is in the title and in the price.
const ROWS: &str = "INSERT INTO property (id, title, description, price, location, created_at)
    SELECT n, 'Home ' || n || ' v000007 birch', 'D', 10000007, 'Birch ' || n % 2,
           timestamptz '2026-01-01 00:00Z' + n * interval '1 minute'
    FROM generate_series(1, 3) AS n";

fn row(number: u32) -> ShownRow {
    let place = format!("Birch {}", number % 2);
    ShownRow { number, version: 7, price: 10_000_007, place }
}

#[tokio::test]
async fn the_checkers_parser_reads_every_kind_of_page() {
    let app = Plan::new().await.sql(ROWS).await.start().await;
    let list = async |path: &str, format| {
        let page = app.get(path).await.assert_status(200);
        page::list(page.text(), format).unwrap_or_else(|| panic!("it can't be read: {page:?}"))
    };
    let places = [("Birch 0".to_owned(), 1), ("Birch 1".to_owned(), 2)];
    let mut html = list("/properties/", Format::Html).await;
    html.places.sort();
    assert_eq!(
        (html.rows, html.count, html.places),
        (vec![row(3), row(2), row(1)], Some(3), places.to_vec())
    );
    let json = list("/properties/?format=json&page_size=1", Format::Json).await;
    assert_eq!((json.rows, json.count), (vec![row(3)], Some(3)));
    let next = list(&json.next.expect("a next page"), Format::Json).await;
    assert_eq!((next.rows, next.next.is_some()), (vec![row(2)], true));
    let feed = list("/properties/feed.atom", Format::Feed).await;
    assert_eq!(feed.rows, [row(3), row(2), row(1)]);
    let mut all = list("/properties/places/?format=json", Format::Places).await;
    all.places.sort();
    assert_eq!(all.places, places);
    let facets = list("/properties/facets/?min_price=1", Format::Facets).await;
    assert_eq!(facets.count, Some(3));
    let part = list("/sitemap-1.xml", Format::SiteMap).await;
    assert_eq!(part.listed.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 2, 3]);
    // An empty list suggests the rows at any price.
    let none = list("/properties/?q=birch&min_price=90000000", Format::Html).await;
    assert_eq!((none.rows, none.count, none.at_any_price), (vec![], Some(0), Some(3)));
    assert!(!none.is_uncounted);
    for (path, format, similar) in [
        ("/properties/1/", Format::Html, vec![row(3)]),
        ("/properties/1/?format=json", Format::Json, vec![]),
    ] {
        let page = app.get(path).await.assert_status(200);
        let detail = page::detail(page.text(), format);
        let detail = detail.unwrap_or_else(|| panic!("it can't be read: {page:?}"));
        assert_eq!((detail.rows, detail.similar), (vec![row(1)], similar), "{path}");
    }
}
