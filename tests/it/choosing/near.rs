//! Lists near a place on the map.

use property_listings::db::{Database, properties};
use property_listings::domain::{Cursor, Cursors, Direction, ListingQuery, Position};

use super::{titles, walked};
use crate::harness::{App, Plan, Shows as _, TestDatabase, unique, until};

/// From the oldest to the newest: A at the place, B and F 1.1 km to the north, C 2.5 km to the east, D 5.6 km to the
/// north, E nowhere, and G and H on either side of the meridian opposite to Greenwich.
const HOMES: &str = "INSERT INTO property (title, description, price, location, created_at, bedrooms, latitude, longitude)
    SELECT title, 'D', 1000, place, timestamptz '2026-01-01 00:00Z' + n * interval '1 min', n, latitude, longitude
    FROM (VALUES
        (1, 'A1', 'Leith', 55.95, -3.19),
        (2, 'B2', 'Leith', 55.96, -3.19),
        (3, 'C3', 'Joppa', 55.95, -3.15),
        (4, 'D4', 'Joppa', 56.00, -3.19),
        (5, 'E5', 'Leith', NULL, NULL),
        (6, 'F6', 'Joppa', 55.96, -3.19),
        (7, 'G7', 'Far', 0, 179.99),
        (8, 'H8', 'Far', 0, -179.99)
    ) AS home (n, title, place, latitude, longitude)";

async fn site() -> App {
    Plan::new().await.sql(HOMES).await.start().await
}

#[tokio::test]
async fn a_list_near_a_place_has_what_lies_within_the_radius_and_nothing_without_coordinates() {
    let app = site().await;
    for (query, want) in [
        ("near=55.95,-3.19", "F6 C3 B2 A1"),
        ("near=55.95,-3.19&radius=6", "F6 D4 C3 B2 A1"),
        ("near=55.95,-3.19&radius=1.2", "F6 B2 A1"),
        ("near=55.95,-3.19&radius=0.001", "A1"),
        // 1,111.95 metres are more than these and less than those.
        ("near=55.95,-3.19&radius=1.111", "A1"),
        ("near=55.95,-3.19&radius=1.112", "F6 B2 A1"),
        ("near=55.95,-3.19&location=Leith", "B2 A1"),
        ("near=55.95,-3.19&min_bedrooms=2&sort=bedrooms", "B2 C3 F6"),
        ("near=55.95,-3.19&q=c3", "C3"),
        ("near=55.95,-3.19&sort=distance", "A1 B2 F6 C3"),
        ("near=55.96,-3.19&sort=distance&radius=10", "B2 F6 A1 C3 D4"),
        ("near=0,180&radius=3", "H8 G7"),
        ("near=0,179.99&radius=3&sort=distance", "G7 H8"),
        ("near=0,-179.99&radius=3&sort=distance", "H8 G7"),
        ("near=90,0&radius=500", ""),
        // Without a place there is nothing that a radius could be around.
        ("radius=1", "H8 G7 F6 E5 D4 C3 B2 A1"),
        ("near=&radius=&since=", "H8 G7 F6 E5 D4 C3 B2 A1"),
    ] {
        assert_eq!(titles(&app, query).await, want, "{query}");
    }
}

#[tokio::test]
async fn a_walk_by_distance_visits_each_listing_once_and_comes_back() {
    let many = "INSERT INTO property (title, description, price, location, latitude, longitude)
        SELECT 'N' || n, 'D', 1, 'Leith', 55.95 + n * 7 % 31 * 0.0011, -3.19 + n * 5 % 29 * 0.0013
        FROM generate_series(1, 41) AS n";
    let app = Plan::new().await.sql(HOMES).await.sql(many).await.start().await;
    let order = "SELECT string_agg(title, ' ' ORDER BY property_distance(latitude, longitude, 55.951, -3.189), id)
        FROM property WHERE property_distance(latitude, longitude, 55.951, -3.189) <= 5000";
    let want = app.sql(order).await;
    let (there, back) = walked(&app, "near=55.951,-3.189&sort=distance").await;
    assert_eq!(there.join(" "), want);
    assert_eq!(back.join(" "), want);
    assert_eq!(there.len(), 45);
    // The same by number, where the nearest are not enough.
    let list = "/properties/?near=55.951,-3.189&sort=distance&format=json&page_size=20";
    let last = app.get_json(&format!("{list}&page=3")).await;
    assert_eq!(super::titles_of(&last), there[40..]);
}

/// So many that they are looked for in steps, of which the first are too small.
#[tokio::test]
async fn a_long_list_by_distance_is_found_step_by_step_and_has_each_listing_once() {
    let database = TestDatabase::create().await;
    let many = "INSERT INTO property (title, description, price, location, latitude, longitude)
        SELECT 'N' || n, 'D', 1, 'Leith', 55.95 + n * 7 % 61 * 0.0021 * (n % 3), -3.19 + n * 5 % 59 * 0.0023 * (n % 2)
        FROM generate_series(1, 1300) AS n";
    database.run(many).await;
    let near = "property_distance(latitude, longitude, 55.98, -3.15)";
    let sql = format!(
        "SELECT string_agg(id::text, ' ' ORDER BY {near}, id) FROM property WHERE {near} <= 30000"
    );
    let all = database.value(&sql).await;
    let all: Vec<&str> = all.split(' ').collect();
    assert!(all.len() > 1000);
    let pool = Database::new(database.config(), 2).expect("a pool");
    let client = pool.client().await.expect("a client");
    let text = "near=55.98,-3.15&radius=30&sort=distance&page_size=100";
    let query = ListingQuery::parse(text, Cursors::Ignored).expect("valid");
    let rows = async |position| {
        let rows = properties::list(&client, &query.at(position), None).await.expect("listed");
        (rows.properties, rows.more)
    };
    let mut position = Position::Page(1);
    for (at, want) in all.chunks(100).enumerate() {
        let number = u16::try_from(at + 1).expect("a number");
        let (numbered, _) = rows(Position::Page(number)).await;
        let (walked, more) = rows(position).await;
        let ids: Vec<_> = walked.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(ids, want, "page {number}");
        assert_eq!((numbered, more), (walked.clone(), want.len() == 100 && number < 13));
        let (first, last) = (walked.first().expect("a row"), walked.last().expect("a row"));
        let back = Cursor::at(first, query.sort, Direction::Backward);
        let (before, _) = rows(Position::Cursor(back)).await;
        let before: Vec<_> = before.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(before, all[(at * 100).saturating_sub(100)..at * 100], "before page {number}");
        position = Position::Cursor(Cursor::at(last, query.sort, Direction::Forward));
    }
}

#[tokio::test]
async fn the_listings_next_to_one_are_those_of_the_list_by_distance() {
    let app = site().await;
    let result = "near=55.95%2C-3.19&sort=distance";
    for (id, step, want) in [(1, "next", 2), (2, "next", 6), (6, "next", 3), (3, "previous", 6)] {
        let page = app.get(&format!("/properties/{id}/{step}/?{result}")).await.assert_status(302);
        let wanted = format!("/properties/{want}/?{result}");
        assert_eq!(page.header("location"), wanted, "{id} {step}");
    }
    // One that is not in the list has no neighbours.
    let page = app.get(&format!("/properties/5/next/?{result}")).await.assert_status(302);
    assert!(page.header("location").starts_with("/properties/5/"), "{page:?}");
}

#[tokio::test]
async fn a_wrong_place_radius_age_or_order_is_refused_by_its_name() {
    let app = site().await;
    for (query, field, allowed) in [
        ("near=leith", "near", "55.953252,-3.188267"),
        ("near=55.95", "near", "55.953252,-3.188267"),
        ("near=91,0", "near", "from -90 to 90"),
        ("near=0,180.1", "near", "from -180 to 180"),
        ("near=0,0,0", "near", "from -180 to 180"),
        ("near=1,1&radius=0", "radius", "up to 500"),
        ("near=1,1&radius=501", "radius", "up to 500"),
        ("radius=far", "radius", "up to 500"),
        ("since=0", "since", "from 1 to 3650"),
        ("since=1.5", "since", "from 1 to 3650"),
        ("since=-1", "since", "from 1 to 3650"),
        ("since=today", "since", "from 1 to 3650"),
        ("sort=distance", "sort", "near=LAT,LON"),
        ("near=1,1&sort=-distance", "sort", "distance"),
    ] {
        let path = format!("/properties/?{query}");
        let problem = app.get(&format!("{path}&format=json")).await.assert_status(400).json();
        let message = problem["errors"][field][0].as_str().unwrap_or_default();
        assert!(message.contains(allowed), "{path}: {problem}");
        let page = app.get(&path).await.assert_status(400);
        page.shows([&*format!("name=\"{field}\""), &*format!("id=\"{field}\"")]);
        let feed = app.get(&format!("/properties/feed.atom?{query}")).await;
        assert_eq!(feed.status, if field == "sort" { 200 } else { 400 }, "{query}");
    }
}

#[tokio::test]
async fn each_list_near_a_place_has_one_entry_however_it_is_asked_for() {
    let app = site().await;
    for (first, same) in [
        ("near=55.950,-3.19", "near=55.95,-3.190&radius=5.0"),
        ("near=55.95,-3.19&radius=2.5", "radius=2.500&near=+55.95+,+-3.19"),
        ("near=0,-180", "near=-0.0,180"),
        ("since=7", "since=007&radius=3"),
        ("near=55.95,-3.19&sort=distance", "sort=distance&near=55.950000,-3.19&utm_source=x"),
    ] {
        for format in ["", "&format=json"] {
            app.get(&format!("/properties/?{first}{format}")).await.assert_status(200);
            app.get(&format!("/properties/?{same}{format}")).await.assert_hit();
        }
    }
}

#[tokio::test]
async fn the_page_says_what_was_asked_for_and_how_to_ask_for_less() {
    let app = site().await;
    let page = app.get("/properties/?near=55.950,-3.19&radius=2&since=400&sort=distance").await;
    page.assert_status(200).shows([
        "within 2 km",
        "added in the last 400 days",
        "name=\"near\"",
        "value=\"55.95,-3.19\"",
        "<option value=\"400\" selected>",
        "<option value=\"distance\" selected>Nearest first</option>",
        "<meta name=\"robots\" content=\"noindex, follow\">",
        // Without the place there is no order by distance.
        "href=\"/properties/?since=400\"",
        "/properties/feed.atom?near=55.95%2C-3.19&#38;radius=2&#38;since=400",
    ]);
    let canonical = "<link rel=\"canonical\" href=\"";
    let page = app.get("/properties/?near=55.950,-3.19&sort=distance&radius=5").await;
    let address = page.text().split_once(canonical).and_then(|(_, rest)| rest.split_once('"'));
    let (address, _) = address.expect("a canonical address");
    assert!(address.ends_with("/properties/?near=55.95%2C-3.19"), "{address}");
    let empty = app.get("/properties/?near=10,10&location=Leith").await.assert_status(200);
    empty.shows(["At any distance", "All places, not only Leith"]);
    let feed = app.get("/properties/feed.atom?near=55.95,-3.19").await.assert_status(200);
    feed.shows(["within 5 km", "A1", "B2"]).hides(["D4"]);
    let places = app.get_json("/properties/places/?format=json&near=55.95,-3.19").await;
    assert_eq!(places["count"], 2, "{places}");
}

/// Returns once the site has heard of every write so far, by one more that no list of active listings can show.
async fn has_heard(app: &App) {
    let list = format!("/properties/?status=closed&q={}", unique());
    until("the list is stored", async || app.get(&list).await.is_hit()).await;
    let insert = "INSERT INTO property (title, description, price, location, status)
        VALUES ('Canary', 'D', 1, 'Nowhere', 'closed')";
    app.sql(insert).await;
    until("the site hears of a closed listing", async || !app.get(&list).await.is_hit()).await;
}

/// Whether the lists near the place, and near the place in Leith, stay hits after a write.
#[tokio::test]
async fn a_write_refreshes_the_lists_near_a_place_that_it_may_change_and_no_other() {
    let app = site().await;
    app.sql("UPDATE property SET status = 'draft' WHERE title = 'F6'").await;
    app.sql("UPDATE property SET status = 'closed' WHERE title = 'D4'").await;
    has_heard(&app).await;
    let (all, leith) = ("near=55.95,-3.19&sort=distance", "near=55.95,-3.19&location=Leith");
    for (write, stays_hit, want) in [
        ("latitude = 55.9501 WHERE title = 'A1'", [false, false], ["A1 B2 C3", "B2 A1"]),
        ("title = 'C33' WHERE title = 'C3'", [false, true], ["A1 B2 C33", "B2 A1"]),
        ("latitude = 10 WHERE title = 'C33'", [false, true], ["A1 B2", "B2 A1"]),
        ("latitude = 55.9602 WHERE title = 'F6'", [true, true], ["A1 B2", "B2 A1"]),
        ("latitude = 55.9503 WHERE title = 'D4'", [true, true], ["A1 B2", "B2 A1"]),
        ("status = 'active' WHERE title = 'F6'", [false, true], ["A1 B2 F6", "B2 A1"]),
        ("latitude = NULL, longitude = NULL WHERE title = 'B2'", [false, false], ["A1 F6", "A1"]),
        (
            "latitude = 55.95, longitude = -3.19 WHERE title = 'E5'",
            [false, false],
            ["E5 A1 F6", "E5 A1"],
        ),
    ] {
        for list in [all, leith] {
            app.get(&format!("/properties/?{list}&format=json")).await.assert_status(200);
        }
        app.sql(&format!("UPDATE property SET {write}")).await;
        has_heard(&app).await;
        for (at, list) in [all, leith].into_iter().enumerate() {
            let page = app.get(&format!("/properties/?{list}&format=json")).await;
            assert_eq!(page.is_hit(), stays_hit[at], "{write}, {list}: {}", page.cache_status());
            let list = page.json();
            assert_eq!(super::titles_of(&list).join(" "), want[at], "{write}, {list}");
        }
    }
}
