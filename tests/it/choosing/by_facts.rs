//! Filters and orders by the declared facts.

use super::{titles, walked};
use crate::harness::{App, Plan};

/// From the oldest to the newest; two without facts.
const HOMES: &str = "INSERT INTO property (title, description, price, location, created_at,
        listing_type, property_type, bedrooms, bathrooms, floor_area, features)
    SELECT title, 'D', 1000, place, timestamptz '2026-01-01 00:00Z' + n * interval '1 min',
           listing, kind, beds, baths, area, features::text[]
    FROM (VALUES
        (1, 'A1', 'Leith', 'sale', 'house', 3, 2, 120.00, '{Garden,Sea view}'),
        (2, 'B2', 'Leith', 'rent', 'apartment', 1, 1, 45.50, '{garden}'),
        (3, 'C3', 'Joppa', 'sale', 'apartment', 2, 1, 45.50, '{SEA VIEW,ÉTAGE}'),
        (4, 'D4', 'Joppa', NULL, NULL, NULL, NULL, NULL, '{}'),
        (5, 'E5', 'Leith', 'rent', 'room', 1, NULL, 12.00, '{Garden}'),
        (6, 'F6', 'Joppa', NULL, NULL, NULL, NULL, NULL, '{}'),
        (7, 'G7', 'Joppa', 'sale', 'studio', 0, 1, NULL, '{Lift}')
    ) AS home (n, title, place, listing, kind, beds, baths, area, features)";

async fn site() -> App {
    Plan::new().await.sql(HOMES).await.start().await
}

#[tokio::test]
async fn each_filter_selects_the_listings_whose_facts_are_so() {
    let app = site().await;
    for (query, want) in [
        ("listing_type=sale", "G7 C3 A1"),
        ("listing_type=rent&listing_type=sale", "G7 C3 A1"),
        ("listing_type=For+sale", "G7 C3 A1"),
        ("listing_type=RENT", "E5 B2"),
        ("property_type=house", "A1"),
        ("property_type=house&property_type=apartment", "C3 B2 A1"),
        ("property_type=land", ""),
        ("min_bedrooms=1", "E5 C3 B2 A1"),
        ("min_bedrooms=2&max_bedrooms=2", "C3"),
        ("min_bedrooms=2&max_bedrooms=0", "G7 E5 C3 B2"),
        ("max_bedrooms=0", "G7"),
        ("min_bathrooms=2", "A1"),
        ("min_area=45.5", "C3 B2 A1"),
        ("max_area=45.5", "E5 C3 B2"),
        ("min_area=45.51&max_area=120", "A1"),
        ("feature=garden", "E5 B2 A1"),
        ("feature=GARDEN&feature=sea+view", "A1"),
        ("feature=%C3%A9tage", "C3"),
        ("feature=gard", ""),
        ("feature=%7B%22%5C", ""),
        ("location=Leith&listing_type=rent&max_area=20&feature=garden", "E5"),
        ("q=a1&property_type=house&property_type=studio", "A1"),
        // All parameters are empty.
        ("listing_type=&property_type=&feature=+&min_area=", "G7 F6 E5 D4 C3 B2 A1"),
    ] {
        assert_eq!(titles(&app, query).await, want, "{query}");
    }
}

#[tokio::test]
async fn a_wrong_value_is_refused_with_its_field_and_what_is_allowed() {
    let app = site().await;
    for (field, value, allowed) in [
        ("listing_type", "lease", "sale"),
        ("property_type", "castle", "bungalow"),
        ("min_bedrooms", "-1", "from 0 to 99"),
        ("max_bedrooms", "2.5", "from 0 to 99"),
        ("min_bathrooms", "100", "from 0 to 99"),
        ("min_area", "wide", "85"),
        ("max_area", "0", "above 0"),
        ("feature", "%00", ""),
        ("sort", "size", "-bedrooms, area"),
    ] {
        let path = format!("/properties/?{field}={value}");
        let problem = app.get(&format!("{path}&format=json")).await.assert_status(400).json();
        let message = problem["errors"][field][0].as_str().unwrap_or_default();
        assert!(!message.is_empty() && message.contains(allowed), "{path}: {problem}");
        let page = app.get(&path).await.assert_status(400);
        assert!(page.has(&format!("name=\"{field}\"")), "{path}: {page:?}");
    }
    let many: String = (0..31).map(|n| format!("feature=f{n}&")).collect();
    let problem = app.get(&format!("/properties/?{many}format=json")).await.assert_status(400);
    assert!(problem.has("At most 30"), "{problem:?}");
}

#[tokio::test]
async fn other_spellings_of_a_filter_make_no_new_entry() {
    let app = site().await;
    for (first, same) in [
        (
            "property_type=apartment&property_type=house",
            "property_type=House&property_type=apartment",
        ),
        ("feature=garden&feature=lift", "feature=LIFT&feature=Garden&feature=lift"),
        ("min_area=45.50&sort=area", "sort=area&min_area=45.5+m2&page=1"),
        ("listing_type=sale", "listing_type=FOR+SALE&min_bedrooms="),
    ] {
        app.get(&format!("/properties/?{first}")).await.assert_status(200);
        let page = app.get(&format!("/properties/?{same}")).await.assert_status(200);
        assert!(page.header("cache-status").contains("hit"), "{same}: {page:?}");
    }
}

#[tokio::test]
async fn a_walk_visits_each_listing_once_in_each_order_and_the_last_have_no_value() {
    let app = site().await;
    for (query, want) in [
        ("sort=bedrooms", "G7 B2 E5 C3 A1 D4 F6"),
        ("sort=-bedrooms", "A1 C3 E5 B2 G7 F6 D4"),
        ("sort=area", "E5 B2 C3 A1 D4 F6 G7"),
        ("sort=-area", "A1 C3 B2 E5 G7 F6 D4"),
        ("sort=area&location=Joppa", "C3 D4 F6 G7"),
        ("sort=-bedrooms&feature=garden", "A1 E5 B2"),
        ("sort=area&min_area=40", "B2 C3 A1"),
    ] {
        let (there, back) = walked(&app, query).await;
        assert_eq!(there.join(" "), want, "{query}");
        assert_eq!(back.join(" "), want, "{query}, backwards");
    }
}

#[tokio::test]
async fn the_form_and_the_chips_show_what_was_asked() {
    let app = site().await;
    let query = "listing_type=sale&property_type=house&min_bedrooms=2&feature=GARDEN";
    let page = app.get(&format!("/properties/?{query}")).await.assert_status(200);
    for part in [
        "<option value=\"sale\" selected>For sale</option>",
        "name=\"property_type\" value=\"house\" checked",
        "name=\"min_bedrooms\" inputmode=\"numeric\" autocomplete=\"off\" value=\"2\"",
        "name=\"feature\" value=\"garden\" checked",
        "Bedrooms from 2",
    ] {
        assert!(page.has(part), "{part} is not in {page:?}");
    }
}

#[tokio::test]
async fn a_list_by_facts_of_one_location_stays_a_hit_when_another_location_is_edited() {
    let app = site().await;
    let list = "/properties/?location=Leith&min_bedrooms=1&feature=garden&sort=area";
    app.get(list).await.assert_status(200);
    edit(&app, "UPDATE property SET bedrooms = 9, features = '{Garden}' WHERE title = 'C3'").await;
    let page = app.get(list).await.assert_status(200);
    assert!(page.header("cache-status").contains("hit"), "{page:?}");
    edit(&app, "UPDATE property SET floor_area = 200 WHERE title = 'E5'").await;
    assert_eq!(titles(&app, &list["/properties/?".len()..]).await, "B2 A1 E5");
}

async fn edit(app: &App, sql: &str) {
    app.sql(sql).await;
    app.has_heard_of_everything().await;
}
