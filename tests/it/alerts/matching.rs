//! Which listings an alert finds: those that its list shows, each once, whoever writes them and however.

use super::{add, found, run, spawn_without_worker, subscribe};
use property_listings::db::GenericClient as _;

/// Filters of every kind. Each selects some of [`HOMES`] but not all.
const QUERIES: [&str; 22] = [
    "location=Leith",
    "location=leith&location=Joppa",
    "q=sea",
    "q=sea+vi",
    "q=\"loft\"",
    "q=2",
    "min_price=150000",
    "max_price=150000",
    "min_price=300000&max_price=100000",
    "min_bedrooms=2",
    "max_bedrooms=2",
    "min_bathrooms=1",
    "min_area=50",
    "max_area=50",
    "listing_type=rent",
    "property_type=house",
    "property_type=house&property_type=studio",
    "feature=garden",
    "feature=Gas+%22A%22&feature=garden",
    "status=pending",
    "status=active&location=Leith",
    "location=Leith&min_price=100000&property_type=house&q=garden&feature=garden",
];

const HOMES: &str = "INSERT INTO property
    (title, description, price, location, status, listing_type, property_type, bedrooms, bathrooms, floor_area, features)
    VALUES
    ('House with a garden', 'A sea view', 200000, 'Leith', 'active', 'sale', 'house', 3, 2, 120.5, ARRAY['Garden', 'Gas \"A\"']),
    ('Loft', 'No view', 100000, 'Joppa', 'active', 'sale', 'apartment', 1, NULL, 40, '{}'),
    ('Studio', 'By the seaside', 900, 'Leith', 'pending', 'rent', 'studio', 0, 1, 50, NULL),
    ('Room', 'In a house', 500, 'Newhaven', 'pending', 'rent', 'room', NULL, NULL, NULL, '{garden}'),
    ('Secret', 'A sea view', 200000, 'Leith', 'draft', 'sale', 'house', 3, 2, 120.5, '{garden}'),
    ('Sold', 'A sea view', 200000, 'Leith', 'closed', 'sale', 'house', 3, 2, 120.5, '{garden}')";

/// A listing that no list with a price selects.
const HIDDEN: &str = "INSERT INTO property (title, description, price, location, price_qualifier)
    VALUES ('Hidden', 'A plot', 160000, 'Gullane', 'on_application')";

#[tokio::test]
async fn an_alert_finds_just_what_its_list_shows() {
    let app = spawn_without_worker().await;
    for (number, query) in QUERIES.into_iter().enumerate() {
        subscribe(&app, (&format!("reader{number:02}@homes.example"), "instant", query)).await;
    }
    app.sql(HOMES).await;
    app.sql(HIDDEN).await;
    run(&app).await;
    for (number, query) in QUERIES.into_iter().enumerate() {
        let titles = format!(
            "SELECT coalesce(string_agg(title, ',' ORDER BY title), '') FROM alert_match
            JOIN alert ON alert.id = alert_id JOIN property ON property.id = property_id
            WHERE email = 'reader{number:02}@homes.example'"
        );
        let list = app.get_json(&format!("/properties/?{query}")).await;
        let listed = list["results"].as_array().expect("results").iter();
        let mut listed: Vec<_> =
            listed.map(|one| one["title"].as_str().expect("a title").to_owned()).collect();
        listed.sort();
        assert_eq!(app.sql(&titles).await, listed.join(","), "{query}");
        assert!((1..4).contains(&listed.len()), "{query} selects {listed:?}");
    }
    let mailed = "SELECT count(*) FROM job WHERE payload ->> 'letter' = 'alert'";
    assert_eq!(app.sql(mailed).await, QUERIES.len().to_string());
}

#[tokio::test]
async fn each_change_is_compared_once_however_often_and_by_whomever() {
    let app = spawn_without_worker().await;
    subscribe(&app, ("zoe@homes.example", "instant", "")).await;
    app.sql(&add("", "'Home', 'D', 5, 'Leith'")).await;
    let second = app.another().start().await;
    let (one, other) = (app.services.alerts.clone(), second.services.alerts.clone());
    let now = chrono::Utc::now();
    let (one, other) = tokio::join!(one.run(now), other.run(now));
    one.and(other).expect("compared");
    run(&app).await;
    assert_eq!(found(&app).await, ["Home new zoe@homes.example"]);
    let mails = "SELECT count(*) FROM job WHERE payload ->> 'letter' = 'alert'";
    assert_eq!(app.sql(mails).await, "1");
}

#[tokio::test]
async fn a_slow_transaction_is_found_after_its_commit_and_one_that_is_rolled_back_never() {
    let app = spawn_without_worker().await;
    subscribe(&app, ("zoe@homes.example", "daily", "")).await;
    let pool = app.pool();
    let mut client = pool.client().await.expect("a client");
    let slow = client.transaction().await.expect("a transaction");
    slow.batch_execute(&add("", "'Slow', 'D', 5, 'Leith'")).await.expect("added");
    app.sql(&add("", "'Quick', 'D', 5, 'Leith'")).await;
    app.sql(&format!("BEGIN; {}; ROLLBACK", add("", "'Never', 'D', 5, 'Leith'"))).await;
    run(&app).await;
    assert_eq!(found(&app).await, ["Quick new zoe@homes.example"]);
    slow.commit().await.expect("committed");
    run(&app).await;
    run(&app).await;
    assert_eq!(found(&app).await, ["Quick new zoe@homes.example", "Slow new zoe@homes.example"]);
}

#[tokio::test]
async fn what_is_undone_before_it_is_compared_is_not_found() {
    let app = spawn_without_worker().await;
    app.sql(&add("", "'Home', 'D', 5, 'Leith'")).await;
    run(&app).await;
    subscribe(&app, ("zoe@homes.example", "daily", "")).await;
    for change in ["price = 4", "price = 5", "status = 'withdrawn'", "status = 'active'"] {
        app.sql(&format!("UPDATE property SET {change}")).await;
    }
    run(&app).await;
    assert_eq!(found(&app).await, [""; 0]);
}

#[tokio::test]
async fn statements_over_many_listings_are_compared_as_well() {
    let app = spawn_without_worker().await;
    subscribe(&app, ("zoe@homes.example", "daily", "q=special")).await;
    let many = |title: &str, from: i32| {
        format!(
            "INSERT INTO property (title, description, price, location, status)
            SELECT '{title} ' || n, 'D', 500, 'Leith', CASE n WHEN 1 THEN 'draft' ELSE 'active' END
            FROM generate_series({from}, {from} + 1499) AS n"
        )
    };
    app.sql(&many("Home", 1)).await;
    run(&app).await;
    assert_eq!(found(&app).await, [""; 0]);
    app.sql(&many("Home", 10001)).await;
    app.sql("UPDATE property SET title = 'special ' || title WHERE id % 500 = 1").await;
    run(&app).await;
    let new = found(&app).await;
    assert_eq!(new.len(), 3, "{new:?}");
    app.sql("DELETE FROM alert_match").await;
    app.sql("UPDATE property SET price = price - 100, status = CASE status WHEN 'draft' THEN 'active' ELSE status END").await;
    run(&app).await;
    let sql = "SELECT string_agg(reason || ' ' || price_before, ',' ORDER BY property_id) FROM alert_match";
    let reduced = app.sql(sql).await;
    assert!(reduced.contains("reduced 500.00"), "{reduced}");
    assert_eq!(found(&app).await.len(), 6, "{reduced}");
}
