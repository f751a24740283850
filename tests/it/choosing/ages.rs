//! Lists of what was added within some days: the only lists that time alone changes.

use super::titles;
use crate::harness::{App, Plan, Shows as _, until};

const HOMES: &str = "INSERT INTO property (title, description, price, location, created_at)
    SELECT title, 'D', 1000, place, now() - age
    FROM (VALUES
        ('A1', 'Leith', interval '400 days'),
        ('B2', 'Joppa', interval '7 days 10 min'),
        ('C3', 'Leith', interval '6 days 23:50'),
        ('D4', 'Joppa', interval '23:50'),
        ('E5', 'Leith', interval '1 min')
    ) AS home (title, place, age)";

async fn site() -> App {
    Plan::new().await.sql(HOMES).await.start().await
}

#[tokio::test]
async fn a_list_has_what_was_added_within_some_days_of_24_hours() {
    let app = site().await;
    for (query, want) in [
        ("since=1", "E5 D4"),
        ("since=7", "E5 D4 C3"),
        ("since=8", "E5 D4 C3 B2"),
        ("since=3650", "E5 D4 C3 B2 A1"),
        ("since=7&location=Leith&sort=oldest", "C3 E5"),
    ] {
        assert_eq!(titles(&app, query).await, want, "{query}");
    }
    app.get("/properties/feed.atom?since=1").await.assert_status(200).shows(["D4"]).hides(["C3"]);
}

/// How many seconds a page may still be kept.
fn ttl(status: &str) -> u64 {
    let (_, rest) = status.split_once("ttl=").unwrap_or_else(|| panic!("{status}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

#[tokio::test]
async fn a_page_is_kept_no_longer_than_until_its_oldest_listing_is_too_old() {
    let app = site().await;
    for (query, at_most) in [
        // The oldest listing of the list leaves it in ten minutes.
        ("since=7", 600),
        ("since=1&location=Joppa", 600),
        // That of this place does so in almost a day.
        ("since=1&location=Leith", 945),
        // A listing that the rest of the filter leaves out counts too.
        ("since=7&max_price=1", 600),
    ] {
        let path = format!("/properties/?{query}");
        app.get(&path).await.assert_stored();
        let status = app.get(&path).await.assert_hit().cache_status().to_owned();
        let left = ttl(&status);
        assert!(left <= at_most && (at_most == 600 || left > 600), "{query}: {status}");
    }
}

#[tokio::test]
async fn a_listing_that_has_become_too_old_is_on_no_page_any_more() {
    let app = site().await;
    let insert = "INSERT INTO property (title, description, price, location, created_at)
        VALUES ('Leaving', 'D', 1, 'Joppa', clock_timestamp() - interval '168 hours' + interval '6 s')";
    app.sql(insert).await;
    app.has_heard_of_everything().await;
    let paths = [
        "/properties/?since=7",
        "/properties/?since=7&format=json",
        "/properties/feed.atom?since=7",
    ];
    for path in paths {
        app.get(path).await.assert_status(200).shows(["Leaving"]);
    }
    let is_old = "SELECT clock_timestamp() > created_at + interval '168 hours' FROM property WHERE title = 'Leaving'";
    until("the listing is too old", async || app.sql(is_old).await == "t").await;
    for path in paths {
        app.get(path).await.assert_status(200).hides(["Leaving"]).shows(["C3"]);
    }
    let page = app.get("/properties/?since=7").await.body;
    assert_eq!(page, app.get("/properties/no-cache/?since=7").await.body);
}
