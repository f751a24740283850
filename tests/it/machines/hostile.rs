//! Texts that would break carelessly generated XML.

use feed_rs::model::Feed;
use roxmltree::Document;

use super::truth::feed;
use crate::harness::{App, Plan};

/// Each with its text in XML, which can't contain two of the characters.
const TITLES: [(&str, &str); 8] = [
    ("A ]]> B", "A ]]> B"),
    ("Fish & chips &amp; &#0; &nope;", "Fish & chips &amp; &#0; &nope;"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("U+FFFF \u{ffff} and U+FFFE \u{fffe} end", "U+FFFF  and U+FFFE  end"),
    ("A home 🏠👩‍👩‍👧 \u{1fffe}", "A home 🏠👩‍👩‍👧 \u{1fffe}"),
    ("דירה ליד הים \u{200f}txt", "דירה ליד הים \u{200f}txt"),
    ("<!-- --> <![CDATA[ ?> \"'", "<!-- --> <![CDATA[ ?> \"'"),
    ("</title></entry></feed>", "</title></entry></feed>"),
];

async fn start() -> App {
    let mut sql = String::new();
    for (at, (title, _)) in TITLES.iter().enumerate() {
        let text = title.replace('\'', "''");
        sql.push_str(&format!(
            "INSERT INTO property (title, description, price, location, created_at)
             VALUES ('{text}', '{text}', 1, '{text}', timestamptz '2026-01-01' - {at} * interval '1 day');"
        ));
    }
    Plan::new().await.sql(&sql).await.start().await
}

async fn well_formed(app: &App, path: &str) -> Feed {
    let page = app.get(path).await.assert_status(200);
    let parsed = Document::parse(page.text());
    parsed.unwrap_or_else(|err| panic!("{path}: {err}: {}", page.text()));
    feed(&page)
}

#[tokio::test]
async fn hostile_texts_are_only_texts_in_a_feed() {
    let app = start().await;
    let feed = well_formed(&app, "/properties/feed.atom").await;
    assert_eq!(feed.entries.len(), TITLES.len());
    for (entry, (_, kept)) in feed.entries.iter().zip(TITLES) {
        let title = entry.title.as_ref().expect("a title");
        assert_eq!(title.content, kept);
        assert_eq!(entry.categories[0].term, kept);
        let summary = &entry.summary.as_ref().expect("a summary").content;
        assert!(summary.contains(kept), "{summary}");
    }
}

#[tokio::test]
async fn hostile_searches_are_only_texts_in_a_feed() {
    let app = start().await;
    for (title, kept) in TITLES {
        let query: String = url::form_urlencoded::byte_serialize(title.as_bytes()).collect();
        for field in ["q", "location"] {
            let path = format!("/properties/feed.atom?{field}={query}");
            let feed = well_formed(&app, &path).await;
            let title = feed.title.expect("a title").content;
            assert!(title.contains(kept), "{title}");
            assert_eq!(feed.links.len(), 2, "{path}");
        }
    }
}

#[tokio::test]
async fn the_largest_texts_make_a_feed_that_is_kept() {
    let sql = "INSERT INTO property (title, description, price, location)
        SELECT repeat('&', 200), repeat('<', 20000), 99999999.99, repeat('\"', 100)
        FROM generate_series(1, 60); DELETE FROM event_log";
    let app = Plan::new().await.sql(sql).await.start().await;
    let page = app.get("/properties/feed.atom").await.assert_status(200);
    assert!(page.is_stored(), "{}", page.cache_status());
    assert_eq!(feed(&page).entries.len(), 50);
}
