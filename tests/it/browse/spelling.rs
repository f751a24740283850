//! Suggestions for a misspelt word.

use super::{app_of, offers};
use crate::harness::{App, Plan, listing};

const HOMES: [(&str, u32, &str); 6] = [
    ("Castle view", 1000, "Leith"),
    ("Castle garden", 2000, "Leith"),
    ("Pastel house", 3000, "Joppa"),
    ("Edinburgh castle", 4000, "Joppa"),
    ("Semi-detached apartment", 5000, "Joppa"),
    ("Sunny apartments", 6000, "Leith"),
];

/// The suggested spellings with their counts; asserts that each list has as many listings.
async fn offered(app: &App, query: &str) -> Vec<String> {
    let mut offered = Vec::new();
    for path in ["/properties/", "/properties/no-cache/"] {
        let page = app.get(&format!("{path}?{query}")).await.assert_status(200);
        let labels = offers(app, &page, "aria-labelledby=\"spellings\"").await;
        if path == "/properties/" {
            offered = labels;
        } else {
            assert_eq!(labels, offered, "{query}");
        }
    }
    offered
}

#[tokio::test]
async fn a_misspelt_word_is_offered_as_listings_spell_it_with_its_count() {
    let app = app_of(&HOMES).await;
    for (query, want) in [
        ("q=castel", vec!["castle 3", "pastel 1"]),
        ("q=Csatle", vec!["castle 3"]),
        ("q=edinbrugh", vec!["edinburgh 1"]),
        ("q=appartment", vec!["apartment 2", "apartments 2"]),
        ("q=castel+view", vec!["castle view 1"]),
        ("q=view+castel", vec!["view castle 1"]),
        ("q=castel&location=Leith", vec!["castle 2"]),
        ("q=castel&min_price=3500", vec!["castle 1"]),
        ("q=castel&max_price=500", vec![]),
        // It matches; it is similar to no word; it is not a word.
        ("q=castle", vec![]),
        ("q=zzzzzz", vec![]),
        ("q=12345", vec![]),
        ("q=%26", vec![]),
    ] {
        assert_eq!(offered(&app, query).await, want, "{query}");
    }
}

#[tokio::test]
async fn what_is_offered_follows_each_write() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    // A collection of words that took long is not repeated for a while, and a busy machine makes it long.
    app.sql(
        "CREATE FUNCTION at_once() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN NEW.took := interval ''0 s''; RETURN NEW; END';
         CREATE TRIGGER at_once BEFORE INSERT ON property_vocabulary_state
             FOR EACH ROW EXECUTE FUNCTION at_once()",
    )
    .await;
    assert_eq!(offered(&app, "q=windmlil").await, [""; 0]);
    let id = staff.create_listing(&listing("Windmill", "1", "Leith")).await;
    assert_eq!(offered(&app, "q=windmlil").await, ["windmill 1"]);
    let other = staff.create_listing(&listing("A windmill", "1", "Leith")).await;
    assert_eq!(offered(&app, "q=windmlil").await, ["windmill 2"]);
    for id in [id, other] {
        staff.delete_listing(id).await;
    }
    assert_eq!(offered(&app, "q=windmlil").await, [""; 0]);
}

#[tokio::test]
async fn without_the_extension_nothing_is_offered_and_nothing_fails() {
    let plan = Plan::new().await.homes(3).await;
    let app = plan.sql("DROP EXTENSION pg_trgm CASCADE").await.start().await;
    assert_eq!(offered(&app, "q=hoem").await, [""; 0]);
    let app = Plan::new().await.homes(3).await.start().await;
    assert_eq!(offered(&app, "q=hoem").await, ["home 3"]);
}
