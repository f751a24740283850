//! Places with their numbers of listings: beside a list, and on a separate page.

use url::form_urlencoded::byte_serialize;

use super::{app_of, choices, true_count};
use crate::harness::{App, Plan, listing};

const HOMES: [(&str, u32, &str); 9] = [
    ("Sea view", 1000, "leith"),
    ("Garden flat", 2000, "Leith"),
    ("Sea cottage", 3000, "Joppa"),
    ("Attic", 4000, "Leith"),
    ("Sea house", 5000, "Joppa"),
    ("Castle", 6000, "Zürich"),
    ("Sea cabin", 7000, "LEITH"),
    ("Barn", 8000, "Portobello"),
    ("Villa", 9000, "Joppa"),
];

/// The places for a query, as JSON.
async fn places(app: &App, query: &str) -> Vec<(String, Option<i64>)> {
    let list = app.get_json(&format!("/properties/places/?{query}")).await;
    let rows = list["results"].as_array().expect("a list");
    assert_eq!(list["count"], rows.len());
    let place = |row: &serde_json::Value| {
        let name = row["location"].as_str().expect("text").to_owned();
        (name, row["listings"].as_i64())
    };
    rows.iter().map(place).collect()
}

fn names(places: Vec<(String, Option<i64>)>) -> Vec<String> {
    places.into_iter().map(|(name, _)| name).collect()
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// Asserts that every number beside a list is the count of its place's list.
async fn counts_are_true(app: &App, query: &str) {
    let beside = choices(&app.get(&format!("/properties/?{query}")).await);
    assert!(!beside.is_empty(), "{query}");
    let filter: Vec<&str> =
        query.split('&').filter(|pair| !pair.starts_with("location=")).collect();
    for (name, count) in beside {
        let of_place = format!("{}&location={}", filter.join("&"), encoded(&name));
        let want = true_count(app, &of_place).await;
        assert_eq!(count, Some(want), "{name} beside {query}");
    }
}

#[tokio::test]
async fn the_numbers_beside_a_list_are_exact_for_every_filter_and_follow_every_write() {
    let app = app_of(&HOMES).await;
    let queries = [
        "",
        "q=sea",
        "q=sea+h",
        "min_price=2000&max_price=7000",
        "min_price=7000&max_price=2000",
        "q=sea&min_price=3000",
        "location=Leith&location=joppa",
        "location=Leith&location=Portobello&location=Nowhere&max_price=4000",
        "location=zürich",
    ];
    for query in queries {
        counts_are_true(&app, query).await;
    }
    let staff = app.staff().await;
    staff.create_listing(&listing("Sea pool", "3500", "Leith")).await;
    staff.edit_listing(3, &listing("Sea cottage", "3000", "Zürich")).await;
    staff.delete_listing(8).await;
    for query in queries {
        counts_are_true(&app, query).await;
    }
}

#[tokio::test]
async fn places_come_with_the_most_listings_first_as_the_newest_listing_spells_them() {
    let app = app_of(&HOMES).await;
    let place = |name: &str, count| (name.to_owned(), Some(count));
    let (leith, joppa) = (place("LEITH", 4), place("Joppa", 3));
    let all = [leith, joppa, place("Portobello", 1), place("Zürich", 1)];
    assert_eq!(places(&app, "").await, all);
    assert_eq!(choices(&app.get("/properties/").await), all);
    // The newest listing of a place need not be in the list.
    let cheap = [place("LEITH", 2)];
    assert_eq!(places(&app, "max_price=2000").await, cheap);
    let both = app.get("/properties/?location=leith&location=JOPPA").await;
    assert_eq!(names(choices(&both)), ["Joppa", "LEITH"]);
    let respell = "UPDATE property SET location = 'LeiTH' WHERE id = 7";
    app.database.run(respell).await;
    app.comes_to_show("/properties/places/", "LeiTH").await;
    assert_eq!(names(places(&app, "").await)[0], "LeiTH");
}

#[tokio::test]
async fn each_of_many_chosen_places_has_its_number() {
    let sql = "INSERT INTO property (title, description, price, location)
        SELECT 'Home ' || n, 'D', 1, 'Place ' || n % 20 FROM generate_series(1, 230) AS n";
    let app = Plan::new().await.sql(sql).await.start().await;
    let query: Vec<String> = (0..20).map(|n| format!("location=place+{n}")).collect();
    let query = query.join("&");
    let beside = choices(&app.get(&format!("/properties/?{query}")).await);
    assert_eq!(beside.len(), 20);
    counts_are_true(&app, &query).await;
}

/// Adds listings before the site starts: this many in Leith, and the rest in other places.
async fn with_many(leith: u32) -> App {
    let sql = format!(
        "BEGIN; INSERT INTO property (title, description, price, location)
         SELECT 'Plenty', 'D', n, 'Leith' FROM generate_series(1, {leith}) AS n;
         INSERT INTO property (title, description, price, location)
         SELECT 'Other', 'D', 1, 'Place ' || n % 9 FROM generate_series(1, 90) AS n;
         INSERT INTO property (title, description, price, location) VALUES ('Rare', 'D', 1, 'Joppa');
         DELETE FROM event_log; COMMIT"
    );
    Plan::new().await.sql(&sql).await.start().await
}

#[tokio::test]
async fn five_thousand_listings_are_counted_place_by_place() {
    let app = with_many(5_000).await;
    assert_eq!(places(&app, "q=plenty").await, [("Leith".to_owned(), Some(5_000))]);
}

#[tokio::test]
async fn above_five_thousand_matches_places_have_no_numbers() {
    let app = with_many(5_001).await;
    let beside = choices(&app.get("/properties/?q=plenty").await);
    assert_eq!(beside[0], ("Leith".to_owned(), None));
    assert!(beside.iter().all(|(_, count)| count.is_none()), "{beside:?}");
    let data = places(&app, "q=plenty").await;
    assert!(data.iter().all(|(_, count)| count.is_none()), "{data:?}");
    // For the whole list, the numbers are known without counting.
    let all = places(&app, "").await;
    assert_eq!(all[0], ("Leith".to_owned(), Some(5_001)));
    assert_eq!(all.len(), 11);
}

#[tokio::test]
async fn above_five_thousand_matches_chosen_places_have_no_wrong_number_and_depend_on_no_other() {
    let app = with_many(5_001).await;
    // Joppa is the smallest of eleven places.
    let path = "/properties/?location=joppa&location=leith&max_price=99999";
    let page = app.has_in_memory(path).await;
    let beside = choices(&page);
    assert_eq!(beside, [("Joppa".to_owned(), None), ("Leith".to_owned(), None)]);
    let staff = app.staff().await;
    staff.create_listing(&listing("Another", "1", "Place 3")).await;
    let page = app.get(path).await;
    assert!(page.is_memory_hit(), "{}", page.cache_status());
}

#[tokio::test]
async fn a_list_of_one_place_shows_no_number_of_another_so_that_an_edit_elsewhere_leaves_it_a_hit()
{
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    for path in ["/properties/?location=Leith", "/properties/?location=leith&q=sea&max_price=9000"]
    {
        let page = app.has_in_memory(path).await;
        assert_eq!(names(choices(&page)).len(), 1, "{page:?}");
        for place in ["Joppa", "Zürich", "Portobello"] {
            assert!(!page.has(place), "{path} names {place}");
        }
        staff.create_listing(&listing("Sea new", "10", "Joppa")).await;
        let page = app.get(path).await;
        assert!(page.is_memory_hit(), "{}", page.cache_status());
        staff.create_listing(&listing("Sea newer", "10", "Leith")).await;
        assert!(!app.get(path).await.is_hit());
    }
}

#[tokio::test]
async fn a_name_is_found_by_its_letters_whatever_their_case_and_accents() {
    let places_of = ["Zürich", "São Paulo", "100% Centre", "A_B", "Back\\Slash", "Leith"];
    let rows: Vec<_> = places_of.iter().map(|place| ("Home", 1, *place)).collect();
    let app = app_of(&rows).await;
    for (name, want) in [
        ("zur", "Zürich"),
        ("ZÜRICH", "Zürich"),
        ("rich", "Zürich"),
        ("sao", "São Paulo"),
        ("SÃO P", "São Paulo"),
        ("%", "100% Centre"),
        // A full-width percent sign is normalised to one.
        ("％", "100% Centre"),
        ("_", "A_B"),
        ("＿", "A_B"),
        ("\\", "Back\\Slash"),
        ("＼", "Back\\Slash"),
        ("k\\s", "Back\\Slash"),
    ] {
        let query = format!("name={}", encoded(name));
        assert_eq!(names(places(&app, &query).await), [want], "{name}");
        let page = app.get(&format!("/properties/places/?{query}")).await;
        let shown = page.assert_status(200);
        assert!(shown.has(&format!("<bdi>{want}</bdi></a>")), "{name}");
    }
    for name in ["%%", "_e", "zurichh", "' OR true --"] {
        let query = format!("name={}", encoded(name));
        assert_eq!(names(places(&app, &query).await), [""; 0], "{name}");
    }
    assert_eq!(places(&app, "name=+").await.len(), places_of.len());
}

#[tokio::test]
async fn the_places_of_a_search_say_what_was_searched_for() {
    let app = Plan::new().await.homes(4).await.start().await;
    let page = app.get("/properties/places/?q=zz&utm_source=x").await;
    let page = page.assert_status(200);
    assert!(page.has("No listings match <bdi>“zz”</bdi>"), "{page:?}");
    assert!(!page.has("filters") && !page.has("role=\"alert\""), "{page:?}");
    let page = app.get("/properties/places/?q=home&min_price=2000").await;
    let page = page.assert_status(200);
    assert!(page.has("the listings that match <bdi>“home”, from 2,000</bdi>"), "{page:?}");
    assert!(page.has("Leith") && page.has("Joppa"), "{page:?}");
}

#[tokio::test]
async fn the_name_of_a_place_is_one_whatever_status_its_listings_have() {
    let app = app_of(&[("Flat", 1, "Leith"), ("Loft", 2, "Upper Leith")]).await;
    app.sql("UPDATE property SET status = 'pending' WHERE title = 'Loft'").await;
    for path in ["/properties/", "/properties/no-cache/"] {
        for (query, titles) in [
            ("location=Leith&status=pending", &[][..]),
            ("location=Leith&status=active", &["Flat"]),
            // The text of no name is still read as the only place that contains it.
            ("location=upper&status=pending", &["Loft"]),
        ] {
            let list = app.get_json(&format!("{path}?{query}")).await;
            let results = list["results"].as_array().expect("a list");
            let found: Vec<_> = results.iter().map(|listing| &listing["title"]).collect();
            assert_eq!(found, titles, "{path}?{query}");
        }
    }
}
