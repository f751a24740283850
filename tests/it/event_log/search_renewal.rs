//! Listings that are older than the joined forms of words get them in the background.

use property_listings::db::{Database, vocabulary};

use crate::harness::{Plan, TestDatabase, until};

const ROWS: &str = "INSERT INTO property (title, description, price, location)
    SELECT 'Wi-fi', 'D', n, 'Leith' FROM generate_series(1, 500) AS n;
    DELETE FROM event_log; DELETE FROM history;
    INSERT INTO property_search_renewal SELECT max(id) FROM property";
const FOUND: &str = "SELECT count(*) FROM property WHERE search @@ property_query('wifi', '')";

/// The function in a migration that makes the search vector.
fn lexemes(migration: &str) -> String {
    let start = migration.split_once("FUNCTION property_lexemes");
    let (_, rest) = start.expect("the function");
    let (function, _) = rest.split_once("$$;").expect("its end");
    format!("CREATE OR REPLACE FUNCTION property_lexemes{function}$$")
}

/// A database whose listings have no joined forms yet.
async fn old() -> TestDatabase {
    let database = TestDatabase::create().await;
    let before = include_str!("../../../sql/migrations/V9__property_search_words.sql");
    let after = include_str!("../../../sql/migrations/V16__property_search_joined.sql");
    database.run(&lexemes(before)).await;
    database.run(ROWS).await;
    assert_eq!(database.value(FOUND).await, "0");
    database.run(&lexemes(after)).await;
    database
}

const STATE: &str = "SELECT md5(string_agg(id || title || price || location || created_at || updated_at, ',' ORDER BY id))
    FROM property";

#[tokio::test]
async fn a_renewal_changes_nothing_but_what_is_found() {
    let database = old().await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    let before = database.value(STATE).await;
    let client = pool.client().await.expect("a client");
    for (more, found) in [(true, "200"), (true, "400"), (false, "500"), (false, "500")] {
        assert_eq!(vocabulary::renew_search(&client, 200).await.expect("renewed"), Some(more));
        assert_eq!(database.value(FOUND).await, found);
    }
    assert_eq!(database.value(STATE).await, before);
    assert_eq!(database.value("SELECT string_agg(kind, ',') FROM event_log").await, "cleared");
}

#[tokio::test]
async fn nothing_can_be_changed_in_the_name_of_a_renewal() {
    let database = old().await;
    let before = database.value(STATE).await;
    database
        .run("SET app.renew_search = 'on'; UPDATE property SET title = 'Changed', id = id + 1000")
        .await;
    assert_eq!(database.value(STATE).await, before);
    database.run("UPDATE property SET title = 'Changed' WHERE id = 1").await;
    assert_eq!(database.value("SELECT string_agg(kind, ',') FROM event_log").await, "updated");
}

#[tokio::test]
async fn a_site_that_starts_renews_older_listings() {
    let app = Plan::on(old().await).start().await;
    until("every listing is found", async || {
        app.get_json("/properties/?q=wifi").await["count"] == 500
    })
    .await;
}

/// Rows that are older than the rules: decomposed letters, and a text that changes direction.
#[tokio::test]
async fn listings_that_later_rules_refuse_do_not_stop_the_renewal() {
    let database = old().await;
    let rows = "ALTER TABLE property DISABLE TRIGGER property_normalise_insert;
        ALTER TABLE property DROP CONSTRAINT property_title_visible;
        INSERT INTO property (title, description, price, location)
        VALUES (E'Wi-fi Malmo\\u0308', 'D', 1, 'Leith'), (E'Wi-fi \\u202E', 'D', 1, 'Leith');
        ALTER TABLE property ADD CONSTRAINT property_title_visible
            CHECK (property_is_visible(title) AND property_keeps_direction(title)) NOT VALID;
        ALTER TABLE property ENABLE ALWAYS TRIGGER property_normalise_insert;
        UPDATE property_search_renewal SET up_to = (SELECT max(id) FROM property)";
    database.run(rows).await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    let client = pool.client().await.expect("a client");
    let mut batches = Vec::new();
    while batches.last() != Some(&Some(false)) && batches.len() < 10 {
        let renewed = vocabulary::renew_search(&client, 200).await;
        batches.push(renewed.expect("renewed"));
    }
    assert_eq!(batches, [Some(true), Some(true), Some(false)]);
    assert_eq!(database.value(FOUND).await, "502");
}
