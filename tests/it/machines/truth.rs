//! Reads the pages for programs with third-party parsers, and compares them with the database.

use chrono::DateTime;
use feed_rs::model::Feed;
use roxmltree::Document;

use crate::harness::{App, Page};

/// A URL in a sitemap, and the time of its last change in microseconds.
pub(crate) type Listed = (String, Option<i64>);

/// Parses a feed.
pub(crate) fn feed(page: &Page) -> Feed {
    feed_rs::parser::parse(page.body.as_slice())
        .unwrap_or_else(|err| panic!("{err}: {}", page.text()))
}

/// Parses a part of a sitemap (`urlset`) or its index (`sitemapindex`).
pub(crate) fn site_map(page: &Page, root: &str) -> Vec<Listed> {
    let document = Document::parse(page.text()).unwrap_or_else(|err| panic!("{err}: {page:?}"));
    let namespace = "http://www.sitemaps.org/schemas/sitemap/0.9";
    assert!(document.root_element().has_tag_name((namespace, root)));
    let elements = document.root_element().children();
    let listed = elements.filter(roxmltree::Node::is_element).map(|element| {
        let child = |name| {
            let mut children = element.children();
            let found = children.find(|child| child.has_tag_name((namespace, name)));
            found.and_then(|child| child.text())
        };
        let time = child("lastmod").map(|text| {
            let time = DateTime::parse_from_rfc3339(text).expect("a time");
            time.timestamp_micros()
        });
        (child("loc").expect("an address").to_owned(), time)
    });
    listed.collect()
}

/// Whether a page is for programs, or the error in it.
pub(crate) async fn is_for_machines(app: &App, path: &str, page: &Page) -> Result<bool, String> {
    let (got, want) = if let Some(query) = path.strip_prefix("/properties/feed.atom") {
        (of_feed(page), newest(app, query).await)
    } else if path == "/sitemap.xml" {
        let mut want = rows(app, &parts()).await;
        want.insert(0, ("http://homes.example/sitemap-0.xml".to_owned(), None));
        (site_map(page, "sitemapindex"), want)
    } else if let Some(part) = path.strip_prefix("/sitemap-") {
        let part: i64 = part.trim_end_matches(".xml").parse().expect("a number");
        let want = rows(app, &listings((part - 1) * 5000, part * 5000)).await;
        (site_map(page, "urlset"), want)
    } else {
        return Ok(path == "/robots.txt");
    };
    match got == want {
        true => Ok(true),
        false => Err(format!("{got:?} instead of {want:?}")),
    }
}

fn of_feed(page: &Page) -> Vec<Listed> {
    let entries = feed(page).entries.into_iter();
    let listed = entries.map(|entry| {
        let title = entry.title.map_or(String::new(), |title| title.content);
        let time = entry.updated.map(|time| time.timestamp_micros());
        (format!("{} {title}", entry.id), time)
    });
    listed.collect()
}

/// The expected content of a feed, directly from the database.
async fn newest(app: &App, query: &str) -> Vec<Listed> {
    let query = query.replace('?', "&");
    let path = format!("/properties/no-cache/?format=json&page_size=50{query}");
    let list = app.get_json(&path).await;
    let rows = list["results"].as_array().expect("results").iter();
    let listed = rows.map(|row| {
        let text = |field: &str| row[field].as_str().expect("text").to_owned();
        let time = DateTime::parse_from_rfc3339(&text("updated_at")).expect("a time");
        let name = format!("{} {}", text("url"), text("title"));
        (name, Some(time.timestamp_micros()))
    });
    listed.collect()
}

const MICROS: &str = "(extract(epoch FROM updated_at) * 1000000)::bigint";

fn parts() -> String {
    "SELECT 'http://homes.example/sitemap-' || part || '.xml', (extract(epoch FROM greatest(max(updated_at), (
             SELECT max(at) FROM property_departure WHERE (kind, name) IN (('part', part::text), ('all', ''))
         ))) * 1000000)::bigint
         FROM (SELECT ceil(id / 5000.0)::bigint AS part, updated_at FROM property WHERE status IN ('active', 'pending')) AS numbered
         GROUP BY part ORDER BY part"
        .to_owned()
}

fn listings(after: i64, last: i64) -> String {
    format!(
        "SELECT 'http://homes.example/properties/' || id || '/', {MICROS}
         FROM property WHERE status IN ('active', 'pending') AND id > {after} AND id <= {last} ORDER BY id"
    )
}

async fn rows(app: &App, sql: &str) -> Vec<Listed> {
    let rows = app.database.psql().await.query(sql, &[]).await;
    let rows = rows.unwrap_or_else(|err| panic!("{sql}: {err:?}"));
    rows.iter().map(|row| (row.get(0), Some(row.get(1)))).collect()
}
