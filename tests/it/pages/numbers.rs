//! A search for a number finds the listing of that number.

use crate::harness::{App, Plan, listing};

async fn ids(app: &App, query: &str) -> Vec<i64> {
    let page = app.get_json(&format!("/properties/?sort=oldest&{query}")).await;
    let rows = page["results"].as_array().expect("a list").iter();
    let ids: Vec<i64> = rows.filter_map(|row| row["id"].as_i64()).collect();
    assert_eq!(page["count"], ids.len(), "{query}");
    let fresh = format!("/properties/no-cache/?sort=oldest&format=json&{query}");
    assert_eq!(app.get_json(&fresh).await["count"], page["count"], "{query}");
    ids
}

#[tokio::test]
async fn a_number_finds_its_listing_besides_those_that_have_it_in_their_text() {
    let app = Plan::new().await.homes(12).await;
    let sql = "UPDATE property SET title = 'Villa' WHERE id IN (5, 12);
        UPDATE property SET title = 'Home 5' WHERE id = 9; DELETE FROM event_log";
    let app = app.sql(sql).await.start().await;
    for (query, want) in [
        // Listings with “Home 5”, and number 5, which has no 5 in its text.
        ("q=5", vec![5, 9]),
        ("q=12", vec![12]),
        ("q=5&location=Leith", vec![5, 9]),
        ("q=5&location=Joppa", vec![]),
        ("q=5&max_price=5000", vec![5]),
        ("q=99", vec![]),
    ] {
        assert_eq!(ids(&app, query).await, want, "{query}");
    }
}

#[tokio::test]
async fn a_search_for_a_number_follows_each_write_of_its_listing() {
    let app = Plan::new().await.homes(4).await.start().await;
    let staff = app.staff().await;
    let next = "/properties/?q=5&location=Leith";
    app.has_in_memory(next).await;
    app.has_in_memory("/properties/?q=5").await;
    let id = staff.create_listing(&listing("Villa", "1", "Leith")).await;
    assert_eq!(id, 5);
    for path in [next, "/properties/?q=5"] {
        assert!(app.get(path).await.has("Villa"), "{path}");
    }
    staff.edit_listing(5, &listing("Castle", "1", "Leith")).await;
    assert!(app.get(next).await.has("Castle"));
    staff.edit_listing(5, &listing("Castle", "1", "Joppa")).await;
    assert!(!app.get(next).await.has("Castle"));
    assert!(app.get("/properties/?q=5").await.has("Castle"));
    staff.delete_listing(5).await;
    assert!(!app.get("/properties/?q=5").await.has("Castle"));
}
