//! *Next* leads from the first page of a list to its last listing, and *Previous* back.

use std::collections::BTreeSet;

use crate::harness::{App, Page, Plan};

const LISTINGS: usize = 7_546;

/// The listings on a page.
fn shown(page: &Page) -> Vec<i64> {
    let links =
        page.text().split("class=\"card__title\" dir=\"auto\"><a href=\"/properties/").skip(1);
    let ids = links.filter_map(|link| link.split(['/', '?']).next()?.parse().ok());
    ids.collect()
}

fn link(page: &Page, rel: &str) -> Option<String> {
    let start = format!("rel=\"{rel}\" href=\"");
    // The link in the pager, which people see.
    let (_, nav) = page.text().split_once("<nav class=\"pager\"")?;
    let (_, link) = nav.split_once(&start)?;
    Some(link.split('"').next()?.replace("&#38;", "&"))
}

async fn many(count: usize) -> App {
    // Many have the same price and time.
    let sql = format!(
        "BEGIN; INSERT INTO property (title, description, price, location, created_at)
         SELECT 'Home ' || n, 'D', n % 50, 'Place ' || n % 2, timestamptz '2026-01-01 00:00Z' + interval '1 min' * (n / 9)
         FROM generate_series(1, {count}) AS n; DELETE FROM event_log; COMMIT"
    );
    Plan::new().await.sql(&sql).await.start().await
}

async fn walk(app: &App, query: &str, rel: &str) -> (Vec<i64>, String) {
    let mut path = format!("/properties/?{query}");
    let mut seen = Vec::new();
    loop {
        let page = app.get(&path).await.assert_status(200);
        let ids = shown(&page);
        assert!(!ids.is_empty(), "{path} is empty");
        seen.extend(ids);
        match link(&page, rel) {
            Some(next) => path = next,
            None => return (seen, path),
        }
    }
}

#[tokio::test]
async fn next_leads_to_every_listing_once_in_every_order() {
    let app = many(LISTINGS).await;
    for query in
        ["", "sort=oldest&page_size=37", "sort=price&page_size=30", "sort=-price&page_size=36"]
    {
        let (seen, _) = walk(&app, query, "next").await;
        assert_eq!(seen.len(), LISTINGS, "{query}");
        let once: BTreeSet<_> = seen.iter().collect();
        assert_eq!(once.len(), LISTINGS, "{query}");
        let (first, last) = (once.first(), once.last());
        assert_eq!((first, last), (Some(&&1), Some(&&7_546)), "{query}");
    }
}

#[tokio::test]
async fn previous_leads_back_from_behind_the_last_numbered_page() {
    let app = many(650).await;
    let query = "page_size=3&location=Place+1";
    let (forth, end) = walk(&app, query, "next").await;
    assert_eq!(forth.len(), 325);
    let last = app.get("/properties/?page_size=3&location=Place+1&page=109").await;
    assert_eq!(link(&last, "next"), None);
    let (back, _) = walk(&app, end.trim_start_matches("/properties/?"), "prev").await;
    assert_eq!(back.iter().collect::<BTreeSet<_>>(), forth.iter().collect());
    // After the last numbered page.
    let query = "page_size=1&location=Place+1&page=200";
    let page = app.get(&format!("/properties/?{query}")).await;
    let beyond = link(&page, "next").expect("a way on");
    assert!(beyond.contains("cursor="), "{beyond}");
    let beyond = app.get(&beyond).await.assert_status(200);
    assert_eq!(shown(&beyond), forth[200..201]);
    assert!(beyond.has("More listings"), "{beyond:?}");
    let before = app.get(&link(&beyond, "prev").expect("a way back")).await;
    assert_eq!(shown(&before), forth[199..200]);
}
