//! Finding a location by a part of its name.

use super::{app_of, offers};
use crate::harness::{App, listing};

const HOMES: [(&str, u32, &str); 7] = [
    ("Home 1", 1000, "South Leith"),
    ("Home 2", 2000, "South Leith"),
    ("Home 3", 3000, "Leith Walk"),
    ("Home 4", 4000, "Joppa"),
    ("Home 5", 5000, "Malmö Väst"),
    ("Home 6", 6000, "Old Town"),
    ("Home 7", 7000, "Town"),
];

/// The suggested locations with their counts, the same in HTML and JSON.
async fn offered(app: &App, query: &str) -> Vec<String> {
    let page = app.get(&format!("/properties/?{query}")).await.assert_status(200);
    let fresh = app.get(&format!("/properties/no-cache/?{query}")).await;
    assert_eq!(page.text(), fresh.text(), "{query}");
    let labels = offers(app, &page, "aria-labelledby=\"places-").await;
    for path in ["/properties/", "/properties/no-cache/"] {
        let json = app.get_json(&format!("{path}?format=json&{query}")).await;
        let locations = json["locations"].as_array().cloned().unwrap_or_default();
        assert_eq!(locations.len(), labels.len(), "{json}");
        for (location, label) in locations.iter().zip(&labels) {
            let (name, count) = (location["location"].as_str(), &location["listings"]);
            assert_eq!(format!("{} {count}", name.expect("a name")), *label);
        }
    }
    labels
}

async fn count(app: &App, query: &str) -> i64 {
    let json = app.get_json(&format!("/properties/?{query}")).await;
    json["count"].as_i64().expect("a number")
}

#[tokio::test]
async fn a_part_of_several_names_offers_each_with_its_count() {
    let app = app_of(&HOMES).await;
    for (query, want) in [
        ("location=Leith", vec!["South Leith 2", "Leith Walk 1"]),
        ("location=LEITH", vec!["South Leith 2", "Leith Walk 1"]),
        ("location=Leith&min_price=3000", vec!["Leith Walk 1"]),
        ("location=Leith&q=home+2", vec!["South Leith 1"]),
        ("location=Leith&q=castle", vec![]),
        ("location=Nowhere", vec![]),
        // One text is a location's name, and a part of another's.
        ("location=Town", vec![]),
    ] {
        assert_eq!(offered(&app, query).await, want, "{query}");
    }
    assert_eq!(count(&app, "location=Leith").await, 0);
    assert_eq!(count(&app, "location=Leith&location=Joppa").await, 1);
    assert_eq!(count(&app, "location=Town").await, 1);
    let two = "location=Leith&location=Joppa";
    let page = app.get(&format!("/properties/?{two}")).await;
    assert!(page.has("No place is called") && page.has("Home 4"), "{page:?}");
    let link = "location=Joppa&#38;location=South+Leith";
    assert!(page.has(link), "{page:?}");
}

#[tokio::test]
async fn a_part_of_one_name_only_stands_for_it() {
    let app = app_of(&HOMES).await;
    for (query, want) in [
        ("location=South", 2),
        ("location=th+leith", 2),
        ("location=malmo", 1),
        ("location=MALMO+vast", 1),
        ("location=jop&location=Joppa", 1),
        ("location=jop&location=South", 3),
        ("location=South&q=2", 1),
    ] {
        assert_eq!(count(&app, query).await, want, "{query}");
        let page = app.get(&format!("/properties/?{query}")).await;
        assert!(page.has("Showing listings in"), "{page:?}");
    }
}

#[tokio::test]
async fn what_a_part_of_a_name_stands_for_follows_each_write() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    for path in ["/properties/?location=South", "/properties/?format=json&location=South"] {
        app.has_in_memory(path).await;
    }
    assert_eq!(count(&app, "location=South").await, 2);
    let id = staff.create_listing(&listing("Hut", "1", "Southside")).await;
    assert_eq!(offered(&app, "location=South").await, ["South Leith 2", "Southside 1"]);
    let named = staff.create_listing(&listing("Hut", "1", "South")).await;
    assert_eq!(offered(&app, "location=South").await, [""; 0]);
    assert_eq!(count(&app, "location=South").await, 1);
    for id in [id, named] {
        staff.delete_listing(id).await;
    }
    assert_eq!(count(&app, "location=South").await, 2);
}

#[tokio::test]
async fn a_list_of_one_location_depends_on_no_other() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    let paths = [
        "/properties/?location=town",
        "/properties/?location=Town&q=castle",
        "/properties/?format=json&location=Town",
    ];
    for path in paths {
        app.has_in_memory(path).await;
    }
    staff.create_listing(&listing("Castle", "1", "New Town")).await;
    for path in paths {
        let page = app.get(path).await;
        assert!(page.is_memory_hit(), "{path}: {}", page.cache_status());
    }
}
