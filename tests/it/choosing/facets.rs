//! The numbers of listings beside the values of filters: `GET /properties/facets/`.

use std::collections::BTreeMap;

use property_listings::db::facets;
use property_listings::domain::ListingFilter;

use crate::harness::{App, Plan, until};

/// Listings with every combination of statuses, kinds, rooms and prices, of which some are hidden.
const HOMES: &str = "INSERT INTO property (title, description, price, price_qualifier, location, created_at, status,
        listing_type, property_type, bedrooms, bathrooms, floor_area, features, latitude, longitude)
    SELECT 'Home ' || n, CASE n % 4 WHEN 0 THEN 'Sea view' ELSE 'Quiet' END, 1000 + n * 37 % 900,
        CASE n % 7 WHEN 0 THEN 'on_application' END, CASE n % 3 WHEN 0 THEN 'Leith' WHEN 1 THEN 'Joppa' ELSE 'Trinity' END,
        now() - n * interval '1 hour',
        (ARRAY['active', 'active', 'active', 'active', 'pending', 'closed', 'draft', 'withdrawn'])[1 + n * 5 % 8],
        (ARRAY['sale', 'rent', 'sale', NULL])[1 + n / 8 % 4],
        (ARRAY['house', 'apartment', 'house', 'studio', 'room', NULL])[1 + n / 5 % 6],
        nullif(n * 11 % 9, 8), nullif(n * 13 % 5, 4), 20 + n % 90,
        CASE n % 5 WHEN 0 THEN ARRAY['Garden', 'Lift'] WHEN 1 THEN ARRAY['garden'] END,
        55.95 + n % 10 * 0.01, -3.19
    FROM generate_series(1, 240) AS n";

/// Filters: every parameter alone, and together with others.
const FILTERS: [&str; 21] = [
    "",
    "q=view",
    "q=view&status=closed&property_type=house",
    "location=Leith",
    "location=leith&location=Joppa&listing_type=sale",
    "location=trin&min_bedrooms=2",
    "location=Nowhere",
    "min_price=1400",
    "max_price=1500&listing_type=rent&property_type=apartment",
    "min_price=1700&max_price=1200",
    "property_type=house&property_type=studio",
    "property_type=land&min_bathrooms=1",
    "min_bedrooms=2&max_bedrooms=4&property_type=room",
    "min_bedrooms=5&max_bedrooms=2",
    "max_bedrooms=1&min_bathrooms=3",
    "min_area=40&max_area=80&listing_type=sale",
    "feature=garden&feature=LIFT&min_bedrooms=1",
    "near=55.95,-3.19&radius=4&property_type=house",
    "since=3&listing_type=sale&status=pending",
    "status=closed",
    "q=home&location=Leith&min_price=1100&max_price=1900&listing_type=sale&property_type=house&property_type=apartment\
     &min_bedrooms=1&max_bedrooms=6&min_bathrooms=1&min_area=21&max_area=109&near=55.99,-3.19&radius=9&since=9&status=active",
];

/// The values of each facet with their numbers, which end with “+” if they are not exact, and are “?” if they are not known.
async fn numbers(app: &App, query: &str) -> BTreeMap<(String, String), String> {
    let answer = app.get_json(&format!("/properties/facets/?{query}")).await;
    let mut found = BTreeMap::new();
    for facet in answer["facets"].as_array().expect("facets") {
        let parameter = facet["parameter"].as_str().expect("a name").to_owned();
        for value in facet["values"].as_array().expect("values") {
            let name = value["value"].as_str().expect("a value").to_owned();
            let exact = value["count_is_exact"].as_bool().expect("whether it is exact");
            let number = match value["count"].as_i64() {
                Some(count) => format!("{count}{}", if exact { "" } else { "+" }),
                None => "?".to_owned(),
            };
            found.insert((parameter.clone(), name), number);
        }
    }
    found
}

/// The number of one value.
async fn number(app: &App, query: &str, parameter: &str, value: &str) -> String {
    numbers(app, query).await[&(parameter.to_owned(), value.to_owned())].clone()
}

/// The number of listings in the list of a query, directly from the database.
async fn listed(app: &App, query: &str) -> String {
    let path = format!("/properties/no-cache/?format=json&page_size=1&{query}");
    let list = app.get_json(&path).await;
    let more = if list["count_is_exact"] == false { "+" } else { "" };
    format!("{}{more}", list["count"])
}

/// A query with one value of a parameter in the place of its own. Of bounds the wrong way round, the lower one is the least.
fn with(query: &str, parameter: &str, value: &str) -> String {
    let query = match query {
        "min_bedrooms=5&max_bedrooms=2" => "min_bedrooms=2&max_bedrooms=5",
        query => query,
    };
    let own = format!("{parameter}=");
    let others = query.split('&').filter(|pair| !pair.starts_with(&own) && !pair.is_empty());
    others.chain([&*format!("{own}{value}")]).collect::<Vec<_>>().join("&")
}

async fn site() -> App {
    Plan::new().await.sql(HOMES).await.start().await
}

#[tokio::test]
async fn each_number_is_that_of_the_list_with_this_value_instead_of_the_facets_own() {
    let app = site().await;
    let mut is_some_other = false;
    for query in FILTERS {
        let found = numbers(&app, query).await;
        assert_eq!(found.len(), 2 + 9 + 5 + 5 + 3, "{query}: {found:?}");
        for ((parameter, value), number) in &found {
            let query = with(query, parameter, value);
            assert_eq!(*number, listed(&app, &query).await, "{query}");
            is_some_other |= number != "0";
        }
    }
    assert!(is_some_other);
}

#[tokio::test]
async fn the_numbers_are_those_that_sql_counts() {
    let app = site().await;
    let listed = "status IN ('active', 'pending')";
    for (query, parameter, value, condition) in [
        ("", "property_type", "house", format!("{listed} AND property_type = 'house'")),
        (
            "property_type=room&min_bedrooms=2",
            "property_type",
            "house",
            format!("{listed} AND property_type = 'house' AND bedrooms >= 2"),
        ),
        (
            "property_type=room&min_bedrooms=2",
            "min_bedrooms",
            "4",
            format!("{listed} AND property_type = 'room' AND bedrooms >= 4"),
        ),
        (
            "listing_type=rent",
            "min_bathrooms",
            "3",
            format!("{listed} AND listing_type = 'rent' AND bathrooms >= 3"),
        ),
        (
            "listing_type=rent",
            "status",
            "closed",
            "status = 'closed' AND listing_type = 'rent'".to_owned(),
        ),
        (
            "max_price=1500",
            "listing_type",
            "sale",
            format!(
                "{listed} AND listing_type = 'sale' AND price <= 1500 AND price_qualifier IS NULL"
            ),
        ),
    ] {
        let want = app.sql(&format!("SELECT count(*) FROM property WHERE {condition}")).await;
        assert_eq!(
            number(&app, query, parameter, value).await,
            want,
            "{query}: {parameter}={value}"
        );
        assert_ne!(want, "0", "{condition}");
    }
}

#[tokio::test]
async fn no_price_filter_tells_a_hidden_price_by_a_number() {
    let hidden = "INSERT INTO property (title, description, price, price_qualifier, location, listing_type)
        VALUES ('Shown', 'D', 1500, NULL, 'Leith', 'sale'), ('Hidden', 'D', 1500, 'on_application', 'Leith', 'sale')";
    let app = Plan::new().await.sql(hidden).await.start().await;
    for (query, want) in [
        ("", "2"),
        ("min_price=1500&max_price=1500", "1"),
        ("min_price=0", "1"),
        ("q=hidden", "1"),
        ("q=hidden&max_price=1500", "0"),
    ] {
        assert_eq!(number(&app, query, "listing_type", "sale").await, want, "{query}");
    }
}

#[tokio::test]
async fn drafts_and_withdrawn_listings_never_count_and_can_not_be_asked_for() {
    let app = site().await;
    let want = app.sql("SELECT count(*) FROM property WHERE status = 'active'").await;
    assert_eq!(number(&app, "", "status", "active").await, want);
    let before = numbers(&app, "q=home").await;
    app.sql("DELETE FROM property WHERE status IN ('draft', 'withdrawn')").await;
    app.has_heard_of_everything().await;
    let clean = before.keys().all(|(_, value)| value != "draft" && value != "withdrawn");
    assert!(clean, "{before:?}");
    assert_eq!(number(&app, "q=home", "status", "active").await, want);
    for status in ["draft", "withdrawn"] {
        let problem = app.get(&format!("/properties/facets/?status={status}")).await;
        let problem = problem.assert_status(400).json();
        assert!(problem["errors"]["status"][0].is_string(), "{problem}");
    }
}

/// More listings than are looked up: houses with gardens, and a few pieces of land.
const MANY: &str = "BEGIN; INSERT INTO property (title, description, price, location, property_type, bedrooms, features)
    SELECT 'Home', 'D', n, 'Leith', CASE WHEN n <= 3 THEN 'land' ELSE 'house' END, n % 2, '{Garden}' FROM generate_series(1, 20100) AS n;
    DELETE FROM event_log; DELETE FROM history; COMMIT; ANALYZE property";

#[tokio::test]
async fn numbers_end_at_ten_thousand_and_say_so() {
    let app = Plan::new().await.sql(MANY).await.start().await;
    for (query, parameter, value, want) in [
        ("", "property_type", "house", "10000+"),
        ("", "property_type", "land", "3"),
        ("", "property_type", "room", "0"),
        ("", "min_bedrooms", "1", "10000+"),
        // The numbers of whole statuses are known.
        ("", "status", "active", "20100"),
        ("property_type=house", "status", "active", "10000+"),
        ("max_price=12000", "property_type", "house", "10000+"),
        ("max_price=12000", "min_bedrooms", "1", "6000"),
        ("max_price=9999", "property_type", "house", "9996"),
        ("q=home&max_price=9999", "property_type", "house", "9996"),
        // A search that finds too many.
        ("q=home", "property_type", "house", "?"),
        ("q=home", "status", "active", "?"),
        ("feature=garden", "property_type", "house", "?"),
        ("feature=garden&max_price=9999", "property_type", "house", "9996"),
    ] {
        let found = number(&app, query, parameter, value).await;
        assert_eq!(found, want, "{query}: {parameter}={value}");
        if want != "?" {
            assert_eq!(found, listed(&app, &with(query, parameter, value)).await, "{query}");
        }
    }
}

#[tokio::test]
async fn where_too_many_listings_would_be_read_those_of_each_value_are_counted_alike() {
    let app = site().await;
    let mut client = app.pool().client().await.expect("a connection");
    let mut are_known = 0;
    for query in FILTERS {
        let filter = ListingFilter::parse(query).expect("a valid filter");
        let read = facets::count(&mut client, &filter, facets::READ).await.expect("numbers");
        let apart = facets::count(&mut client, &filter, 0).await.expect("numbers");
        if query.contains("q=") || query.contains("feature=") {
            let values = apart.iter().flat_map(|facet| &facet.values);
            assert!(values.into_iter().all(|value| value.count.is_none()), "{query}: {apart:?}");
        } else {
            assert_eq!(read, apart, "{query}");
            are_known += 1;
        }
    }
    assert!(are_known > 10);
}

#[tokio::test]
async fn a_listing_whose_status_is_changing_is_counted_once_at_every_moment() {
    let app = site().await;
    app.sql("UPDATE property SET status = 'active' WHERE id = 1").await;
    let pool = app.pool();
    let mut client = pool.client().await.expect("a client");
    let filter = ListingFilter::parse("max_price=5000").expect("a valid filter");
    let mut listed = async || {
        let found = facets::count(&mut client, &filter, facets::READ).await.expect("numbers");
        let status = found.iter().find(|facet| facet.parameter == "status").expect("a facet");
        let counts = status.values.iter().filter(|value| value.value != "closed");
        counts.map(|value| value.count.expect("a number").number).sum::<i64>()
    };
    let before = listed().await;
    let writes = async {
        let other = pool.client().await.expect("a client");
        for round in 0..600 {
            let status = if round % 2 == 0 { "pending" } else { "active" };
            let sql = format!("UPDATE property SET status = '{status}' WHERE id = 1");
            other.batch_execute(&sql).await.expect("changed");
        }
    };
    let reads = async {
        loop {
            assert_eq!(listed().await, before, "it has one status or the other");
        }
    };
    tokio::select! {
        () = writes => {}
        () = reads => {}
    }
}

#[tokio::test]
async fn a_change_of_the_status_or_the_type_in_psql_shows_in_every_number() {
    let app = site().await;
    let queries =
        ["", "location=Leith", "property_type=house&min_bedrooms=1", "q=home", "status=closed"];
    for write in [
        "UPDATE property SET status = 'pending' WHERE status = 'active' AND id % 2 = 0",
        "UPDATE property SET status = 'closed' WHERE status = 'pending' AND id % 3 = 0",
        "UPDATE property SET property_type = 'bungalow' WHERE property_type = 'house' AND id % 2 = 0",
        "UPDATE property SET status = 'active', listing_type = 'rent' WHERE status = 'closed' AND id % 5 = 0",
        "DELETE FROM property WHERE status = 'closed'",
    ] {
        for query in queries {
            numbers(&app, query).await;
            app.get(&format!("/properties/facets/?{query}")).await.assert_hit();
        }
        app.sql(write).await;
        app.has_heard_of_everything().await;
        for query in queries {
            for ((parameter, value), number) in numbers(&app, query).await {
                let query = with(query, &parameter, &value);
                assert_eq!(number, listed(&app, &query).await, "{query} after {write}");
            }
        }
    }
}

#[tokio::test]
async fn a_listing_in_another_location_leaves_the_numbers_of_a_location_a_hit() {
    let app = site().await;
    let path = "/properties/facets/?location=Leith&property_type=house";
    app.get(path).await.assert_stored();
    for write in [
        "UPDATE property SET property_type = 'land' WHERE location = 'Joppa' AND status = 'active'",
        "INSERT INTO property (title, description, price, location, property_type) VALUES ('New', 'D', 1, 'Joppa', 'house')",
        "UPDATE property SET status = 'pending' WHERE title = 'New'",
    ] {
        app.sql(write).await;
        app.has_heard_of_everything().await;
        app.get(path).await.assert_hit();
    }
    app.sql("UPDATE property SET location = 'Leith' WHERE title = 'New'").await;
    until("the number changes", async || !app.get(path).await.is_hit()).await;
}

#[tokio::test]
async fn numbers_of_listings_of_some_days_are_kept_until_the_first_one_is_too_old() {
    let homes = "INSERT INTO property (title, description, price, location, status, created_at) VALUES
        ('Sold', 'D', 1, 'Leith', 'closed', now() - interval '23:50'), ('New', 'D', 1, 'Leith', 'active', now())";
    let app = Plan::new().await.sql(homes).await.start().await;
    let path = "/properties/facets/?since=1";
    app.get(path).await.assert_stored();
    let status = app.get(path).await.assert_hit().cache_status().to_owned();
    let (_, rest) = status.split_once("ttl=").expect("a lifetime");
    let left: u32 =
        rest.split([';', ',']).next().unwrap_or_default().trim().parse().expect("a number");
    assert!(left <= 600, "{status}");
}

#[tokio::test]
async fn other_parameters_make_no_new_entry_and_only_json_is_answered() {
    let app = site().await;
    app.get("/properties/facets/?property_type=house&location=Leith").await.assert_stored();
    let same = "/properties/facets/?location=Leith&utm_source=x&property_type=House&sort=price&page=7&q=&cursor=x";
    let page = app.get(same).await.assert_status(200);
    page.assert_hit();
    assert_eq!(page.header("content-type"), "application/json");
    assert_eq!(page.header("cache-control"), "public, no-cache");
}
