//! The count and the places of the whole list stay cached after edits that change neither; any other write invalidates
//! them.

use property_listings::cache::Level;

use crate::harness::{App, Plan, listing, spawn_homes, until};

/// The misses of counts, and of query results.
async fn misses(app: &App) -> (u64, u64) {
    (app.counts(Level::Count).await.misses, app.counts(Level::Queryset).await.misses)
}

#[tokio::test]
async fn after_an_edit_of_title_and_price_only_the_rows_are_loaded() {
    let app = spawn_homes(3).await;
    let staff = app.staff().await;
    app.get("/properties/").await.assert_stored();
    let location = app.sql("SELECT location FROM property WHERE id = 2").await;
    staff.edit_listing(2, &listing("Renamed", "4321", &location)).await;
    let before = misses(&app).await;
    let page = app.get("/properties/").await;
    assert!(page.assert_stored().has("Renamed") && page.has("4,321"));
    assert_eq!(misses(&app).await, (before.0, before.1 + 1));
    let page = app.get("/properties/?format=json").await.json();
    assert_eq!(page["count"], 3);
    // A move is not a simple edit: count and places are loaded again.
    staff.edit_listing(2, &listing("Renamed", "4321", "Elsewhere")).await;
    let before = misses(&app).await;
    assert!(app.get("/properties/").await.assert_stored().has("Elsewhere"));
    assert_eq!(misses(&app).await, (before.0 + 1, before.1 + 2));
}

/// Two listings of one place; the newer one determines the place's spelling.
const SPELLED: &str =
    "INSERT INTO property (title, description, price, location, created_at) VALUES
    ('Old', 'D', 1, 'LEITH', '2020-01-01 00:00Z'), ('New', 'D', 1, 'Leith', '2021-01-01 00:00Z')";

async fn spells(app: &App, name: &str) -> bool {
    let places = app.get_json("/properties/places/?format=json").await;
    places.to_string().contains(name) && app.get("/properties/").await.has(&format!(">{name}"))
}

#[tokio::test]
async fn another_spelling_of_a_place_shows_whatever_else_the_write_changes() {
    for (write, spelling) in [
        (
            "UPDATE property SET location = 'LEith', price = 7, title = 'X' WHERE title = 'New'",
            "LEith",
        ),
        ("DELETE FROM property WHERE title = 'New'", "LEITH"),
        (
            "INSERT INTO property (title, description, price, location) VALUES ('X', 'D', 1, 'leitH')",
            "leitH",
        ),
        ("UPDATE property SET id = 99, location = 'lEITh' WHERE title = 'New'", "lEITh"),
    ] {
        let app = Plan::new().await.sql(SPELLED).await.start().await;
        assert!(spells(&app, "Leith").await, "before {write}");
        assert!(!spells(&app, spelling).await, "before {write}");
        app.sql(write).await;
        until(write, async || spells(&app, spelling).await).await;
    }
}

#[tokio::test]
async fn an_event_tells_the_spelling_only_of_an_update_that_changed_it() {
    let app = Plan::new().await.sql(SPELLED).await.start().await;
    let keys = "SELECT coalesce(string_agg(key, ',' ORDER BY key), '') FROM (SELECT after FROM event_log ORDER BY id DESC LIMIT 1)
        AS last, jsonb_object_keys(after) AS key WHERE key = 'location'";
    app.sql("UPDATE property SET price = 9 WHERE title = 'New'").await;
    assert_eq!(app.sql(keys).await, "");
    app.sql("UPDATE property SET location = 'LEith' WHERE title = 'New'").await;
    assert_eq!(app.sql(keys).await, "location");
}

#[tokio::test]
async fn what_an_older_release_has_applied_to_redis_is_not_taken_for_applied() {
    let app = Plan::new().await.sql(SPELLED).await.start().await;
    assert!(spells(&app, "Leith").await);
    let (redis, prefix) = (app.redis().await, app.prefix.clone());
    let variables = app.variables.clone();
    let mut next = Plan::on(app.stop());
    next.variables = variables;
    next.database.run("UPDATE property SET location = 'LEith' WHERE title = 'New'").await;
    // The older release has moved its position, and deleted all generations except that of the tag that it does not
    // know.
    redis
        .run::<i64>(&[
            "COPY",
            &format!("{prefix}:log_position:2"),
            &format!("{prefix}:log_position"),
        ])
        .await;
    for tag in ["properties", "location:leith", "property:2"] {
        redis.run::<i64>(&["DEL", &format!("{prefix}:gen:{tag}")]).await;
    }
    let app = next.start().await;
    assert!(spells(&app, "LEith").await);
}
