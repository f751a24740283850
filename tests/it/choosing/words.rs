//! What people type into the search field, and the facts that it finds.

use property_listings::db::{Database, migrations, vocabulary};

use super::titles;
use crate::harness::{App, Plan, Shows as _, TestDatabase};

const COLUMNS: &str = "(title, description, price, location, created_at, reference, address, postcode, features,
        property_type, listing_type, bedrooms)
    SELECT title, description, 1000, place, timestamptz '2026-01-01 00:00Z' + n * interval '1 min',
           ref, address, postcode, features::text[], kind, listing, beds
    FROM (VALUES
        (1, 'A1', 'Bright and quiet', 'Leith', 'ESP-1001', '12 Constitution Street', 'EH6 7BT', '{Garden,Lift}',
            'apartment', 'sale', 2),
        (2, 'B2', 'Two minutes from the sea', 'Leith', 'esp/1002', '7b Shore', 'EH66QX', '{Sea view}',
            'apartment', 'rent', 1),
        (3, 'C3', 'A family home', 'Joppa', 'QZ77', 'Morton House, 3 Joppa Road', 'EH1 3RD', '{Wheelchair access}',
            'house', 'sale', 4),
        (4, 'D4', 'Close to the castle', 'Old Town', NULL, NULL, 'EH13RD', '{}', 'studio', 'rent', 0),
        (5, 'E5', 'Plain', 'Joppa', '4', NULL, NULL, NULL, NULL, NULL, NULL)
    ) AS home (n, title, description, place, ref, address, postcode, features, kind, listing, beds)";

async fn site() -> App {
    Plan::new().await.sql(&format!("INSERT INTO property {COLUMNS}")).await.start().await
}

const SEARCHES: [(&str, &str); 26] = [
    ("2 bed flat leith", "A1"),
    ("2 bedroom apartment", "A1"),
    ("flat to rent leith", "B2"),
    ("house for sale", "C3"),
    ("studio", "D4"),
    ("garden", "A1"),
    ("wheelchair", "C3"),
    ("sea view flat", "B2"),
    ("Constitution Street", "A1"),
    ("12 constitution", "A1"),
    ("morton house", "C3"),
    ("7b shore", "B2"),
    ("ESP-1001", "A1"),
    ("esp1002", "B2"),
    ("esp-100", "B2 A1"),
    ("qz77", "C3"),
    ("EH6", "B2 A1"),
    ("EH6 7BT", "A1"),
    ("eh67bt", "A1"),
    ("EH1 3RD", "D4 C3"),
    ("EH13RD", "D4 C3"),
    ("eh1 3", "D4 C3"),
    ("EH6 garden", "A1"),
    ("joppa EH1 3RD", "C3"),
    // A reference, and the number of a listing.
    ("4", "E5 D4 C3"),
    ("castle lift", ""),
];

#[tokio::test]
async fn a_search_finds_listings_by_their_texts_and_facts() {
    let app = site().await;
    for (search, want) in SEARCHES {
        let query: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
        assert_eq!(titles(&app, &format!("q={query}")).await, want, "{search}");
    }
}

#[tokio::test]
async fn a_misspelt_word_of_a_feature_or_an_address_is_offered_as_it_is_spelled() {
    let app = site().await;
    for (search, want) in [
        ("gardne", "garden"),
        ("weelchair", "wheelchair"),
        ("constituton", "constitution"),
        ("leiht", "leith"),
        ("castel", "castle"),
    ] {
        let page = app.get(&format!("/properties/?q={search}")).await.assert_status(200);
        page.shows(["Did you mean:", &*format!("?q={want}\"")]);
    }
}

#[tokio::test]
async fn an_edit_of_a_fact_changes_what_finds_the_listing_and_any_other_edit_does_not() {
    let app = site().await;
    let search = "SELECT search::text FROM property WHERE title = 'A1'";
    let before = app.sql(search).await;
    app.sql("UPDATE property SET price = 5, latitude = 1, longitude = 1 WHERE title = 'A1'").await;
    assert_eq!(app.sql(search).await, before);
    app.sql("UPDATE property SET features = '{Balcony}' WHERE title = 'A1'").await;
    app.has_heard_of_everything().await;
    assert_eq!(titles(&app, "q=garden").await, "");
    assert_eq!(titles(&app, "q=balcony").await, "A1");
    // Words to search for are no part of the history.
    let kept = "SELECT count(*) FROM history WHERE before ? 'search' OR after ? 'search'";
    assert_eq!(app.sql(kept).await, "0");
}

#[tokio::test]
async fn listings_of_before_are_found_by_their_facts_later_and_their_table_is_not_rewritten() {
    let database = TestDatabase::create_empty().await;
    database.migrate_to(38).await;
    database.run(&format!("INSERT INTO property {COLUMNS}")).await;
    let state = "SELECT pg_relation_filenode('property') || md5(string_agg(concat(id, title, updated_at, reference), ',' ORDER BY id))
        FROM property";
    let before = database.value(state).await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    migrations::migrate(&pool).await.expect("migrated");
    let found = "SELECT string_agg(title, ' ' ORDER BY id) FROM property WHERE search @@ property_query('garden', '')";
    let plain = "SELECT string_agg(title, ' ' ORDER BY id) FROM property WHERE search @@ property_query('castle', '')";
    assert_eq!(database.value(found).await, "NULL");
    assert_eq!(database.value(plain).await, "D4");
    let client = pool.client().await.expect("a client");
    while vocabulary::renew_search(&client, 2).await.expect("renewed") == Some(true) {}
    assert_eq!(database.value(found).await, "A1");
    assert_eq!(database.value(plain).await, "D4");
    assert_eq!(database.value(state).await, before);
}
