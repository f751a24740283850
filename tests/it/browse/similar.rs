//! Similar listings on a listing's page: in the same place and price band.

use property_listings::db::properties;
use property_listings::domain::PropertyId;

use super::{app_of, between};
use crate::harness::{App, Page, listing};

/// The bands are 100–160 and 160–250 thousand. Number 1 is the listing whose page is read.
const HOMES: [(&str, u32, &str); 12] = [
    ("Here", 120_000, "Leith"),
    ("Near 2", 121_000, "LEITH"),
    ("Near 3", 118_000, "leith"),
    ("Near 4", 124_000, "Leith"),
    ("Near 5", 159_999, "Leith"),
    ("Near 6", 100_000, "Leith"),
    ("Near 7", 120_000, "Leith"),
    ("Dear 8", 160_000, "Leith"),
    ("Cheap 9", 99_999, "Leith"),
    ("Away 10", 120_000, "Joppa"),
    ("Away 11", 120_500, "Leith Walk"),
    ("Dear 12", 200_000, "Leith"),
];
const PATH: &str = "/properties/1/";

/// The titles of the similar listings, in their order.
fn similar(page: &Page) -> Vec<String> {
    let section = between(page.text(), "<section class=\"similar\"", "</section>");
    let cards = section.first().map(|text| between(text, "<li class=\"card\">", "</li>"));
    let title = |card: &str| between(card, "/\">", "</a>")[0].to_owned();
    cards.unwrap_or_default().into_iter().map(title).collect()
}

async fn shown(app: &App) -> Vec<String> {
    similar(&app.get(PATH).await.assert_status(200))
}

#[tokio::test]
async fn those_of_the_same_place_and_band_are_shown_the_nearest_in_price_first_and_at_most_four() {
    let app = app_of(&HOMES).await;
    assert_eq!(shown(&app).await, ["Near 7", "Near 2", "Near 3", "Near 4"]);
    let other = app.get("/properties/5/").await;
    assert_eq!(similar(&other), ["Near 4", "Near 2", "Here", "Near 7"]);
    assert_eq!(similar(&app.get("/properties/8/").await), ["Dear 12"]);
    for alone in [9, 10, 11] {
        let page = app.get(&format!("/properties/{alone}/")).await;
        assert!(!page.assert_status(200).has("<section class=\"similar\""), "{alone}");
    }
}

#[tokio::test]
async fn the_result_in_which_a_listing_was_found_changes_nothing_of_what_is_similar() {
    let app = app_of(&HOMES).await;
    let page = app.get("/properties/1/?q=here&sort=price&location=leith").await;
    assert_eq!(similar(&page), shown(&app).await);
}

#[tokio::test]
async fn whatever_staff_change_of_a_similar_listing_shows_in_the_very_next_request() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    app.has_in_memory(PATH).await;
    for (id, title, price, place, want) in [
        (2, "Near two", "121000", "Leith", ["Near 7", "Near two", "Near 3", "Near 4"]),
        // A change to another price of the same band, then of another band.
        (2, "Near two", "150000", "Leith", ["Near 7", "Near 3", "Near 4", "Near 6"]),
        (7, "Near 7", "170000", "Leith", ["Near 3", "Near 4", "Near 6", "Near two"]),
        (3, "Near 3", "118000", "Joppa", ["Near 4", "Near 6", "Near two", "Near 5"]),
        // A move into the band, and into the place.
        (9, "Cheap 9", "119000", "Leith", ["Cheap 9", "Near 4", "Near 6", "Near two"]),
        (10, "Away 10", "120001", "LEITH", ["Away 10", "Cheap 9", "Near 4", "Near 6"]),
    ] {
        staff.edit_listing(id, &listing(title, price, place)).await;
        assert_eq!(shown(&app).await, want, "{title}, {price}, {place}");
        app.has_in_memory(PATH).await;
    }
    staff.delete_listing(10).await;
    assert_eq!(shown(&app).await, ["Cheap 9", "Near 4", "Near 6", "Near two"]);
    app.has_in_memory(PATH).await;
    staff.create_listing(&listing("Near new", "120000", "leith")).await;
    assert_eq!(shown(&app).await, ["Near new", "Cheap 9", "Near 4", "Near 6"]);
    app.has_in_memory(PATH).await;
    // The similar listings follow the listing's current values.
    staff.edit_listing(1, &listing("Here", "190000", "Leith")).await;
    assert_eq!(shown(&app).await, ["Dear 12", "Near 7", "Dear 8"]);
}

#[tokio::test]
async fn whatever_psql_changes_of_a_similar_listing_comes_to_show() {
    let app = app_of(&HOMES).await;
    for (sql, want) in [
        (
            "UPDATE property SET title = 'Near two' WHERE id = 2",
            ["Near 7", "Near two", "Near 3", "Near 4"],
        ),
        (
            "UPDATE property SET price = 155000 WHERE id = 2",
            ["Near 7", "Near 3", "Near 4", "Near 6"],
        ),
        (
            "UPDATE property SET price = 260000 WHERE id = 7",
            ["Near 3", "Near 4", "Near 6", "Near two"],
        ),
        (
            "UPDATE property SET location = 'Joppa' WHERE id = 3",
            ["Near 4", "Near 6", "Near two", "Near 5"],
        ),
        (
            "UPDATE property SET location = 'lEITH' WHERE id = 10",
            ["Away 10", "Near 4", "Near 6", "Near two"],
        ),
        ("DELETE FROM property WHERE id = 10", ["Near 4", "Near 6", "Near two", "Near 5"]),
        (
            "INSERT INTO property (title, description, price, location) VALUES ('Near new', 'D', 120000.01, 'Leith')",
            ["Near new", "Near 4", "Near 6", "Near two"],
        ),
    ] {
        app.has_in_memory(PATH).await;
        app.database.run(sql).await;
        app.has_heard_of_everything().await;
        assert_eq!(shown(&app).await, want, "{sql}");
    }
}

#[tokio::test]
async fn an_edit_in_the_same_place_but_another_band_leaves_the_page_a_hit() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    app.has_in_memory(PATH).await;
    for (id, title, price, place) in [
        (8, "Dear eight", "165000", "Leith"),
        (9, "Cheap nine", "90000", "leith"),
        (12, "Dear 12", "200000", "Joppa"),
        (10, "Away ten", "120000", "Joppa"),
        (11, "Away eleven", "120000", "Leith Walk"),
    ] {
        staff.edit_listing(id, &listing(title, price, place)).await;
        let page = app.get(PATH).await;
        assert!(page.is_memory_hit(), "{title}: {}", page.cache_status());
    }
    staff.delete_listing(9).await;
    let page = app.get(PATH).await;
    assert!(page.is_memory_hit(), "{}", page.cache_status());
}

#[tokio::test]
async fn the_data_of_a_listing_do_not_depend_on_what_is_similar() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    let path = "/properties/1/?format=json";
    app.has_in_memory(path).await;
    staff.edit_listing(2, &listing("Near two", "121000", "Leith")).await;
    let page = app.get(path).await;
    assert!(page.is_memory_hit(), "{}", page.cache_status());
}

#[tokio::test]
async fn of_the_nearest_prices_those_with_the_most_similar_facts_are_shown() {
    let app = app_of(&HOMES).await;
    let facts = |facts: &str, id: i64| format!("UPDATE property SET {facts} WHERE id = {id}");
    for (id, kind, bedrooms) in
        [(1, "house", 3), (2, "apartment", 3), (3, "house", 1), (4, "house", 4), (5, "house", 3)]
    {
        let kind =
            format!("property_type = '{kind}', bedrooms = {bedrooms}, listing_type = 'sale'");
        app.sql(&facts(&kind, id)).await;
    }
    app.has_heard_of_everything().await;
    // What says nothing counts as alike.
    assert_eq!(shown(&app).await, ["Near 7", "Near 6", "Near 5", "Near 4"]);
    app.has_in_memory(PATH).await;
    app.sql(&facts("listing_type = 'rent'", 7)).await;
    app.has_heard_of_everything().await;
    assert_eq!(shown(&app).await, ["Near 6", "Near 5", "Near 4", "Near 3"]);
    app.has_in_memory(PATH).await;
    // The listing's own facts count as they are now.
    app.sql(&facts("property_type = 'apartment'", 1)).await;
    app.has_heard_of_everything().await;
    assert_eq!(shown(&app).await, ["Near 2", "Near 6", "Near 5", "Near 4"]);
}

#[tokio::test]
async fn a_listing_whose_price_is_changing_is_similar_at_every_moment() {
    let app = app_of(&[("Here", 120_000, "Leith"), ("Other", 119_000, "Leith")]).await;
    let pool = app.pool();
    let client = pool.client().await.expect("a client");
    let here = properties::find(&client, PropertyId(1)).await.expect("found").expect("there");
    let writes = async {
        let other = pool.client().await.expect("a client");
        for round in 0..400 {
            let price = if round % 2 == 0 { 121_000 } else { 119_000 };
            let sql = format!("UPDATE property SET price = {price} WHERE id = 2");
            other.batch_execute(&sql).await.expect("changed");
        }
    };
    let reads = async {
        loop {
            let found = properties::list_similar(&client, &here, 4).await.expect("found");
            assert_eq!(found.len(), 1, "it has one price or the other");
        }
    };
    tokio::select! {
        () = writes => {}
        () = reads => {}
    }
}
