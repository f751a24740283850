//! Counts of filtered lists.

use std::sync::atomic::{AtomicBool, Ordering};

use property_listings::db::{Database, properties};
use property_listings::domain::{Count, Cursors, FactValue, ListingQuery, word_forms};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::harness::{TestDatabase, spawn_app};

/// Prices at and around the ends of ranges.
const PRICES: [&str; 16] = [
    "0",
    "0.01",
    "0.99",
    "9.99",
    "10",
    "99.99",
    "100",
    "101.5",
    "999.99",
    "1000",
    "123456.78",
    "123999.99",
    "124000",
    "129999.99",
    "130000",
    "99999999.99",
];
const WORDS: [&str; 14] = [
    "apart",
    "apartment",
    "apartments",
    "park/parking",
    "parks",
    "2-bed",
    "1e5x",
    "house",
    "houseboat",
    "household",
    "Café",
    "O'Hara",
    "well-kept",
    "back\\slash",
];
const PLACES: [&str; 3] = ["Leith", "JOPPA", "Ånd"];

/// Compares what the site says with what an index-free count says.
async fn is_counted(database: &TestDatabase, pool: &Database, query_string: &str) {
    let query = ListingQuery::parse(query_string, Cursors::Ignored).expect("a query");
    let filter = &query.filter;
    let client = pool.client().await.expect("a client");
    let said = properties::count(&client, filter).await.expect("counted");
    let asked = filter.facts.straightened();
    let bound = |name: &str| {
        asked.iter().find_map(|asked| match asked.value {
            FactValue::Price(price) if asked.parameter.name == name => Some(price.as_decimal()),
            _ => None,
        })
    };
    let (min, max) = (bound("min_price"), bound("max_price"));
    let places: Vec<String> =
        filter.folded_locations().iter().map(|place| place.as_str().to_owned()).collect();
    let words = filter.search.as_ref().map(|search| search.words());
    let longer = words.as_ref().and_then(|words| words.last());
    let longer = longer.map(|last| word_forms::beginning_with(last));
    let words = words.map(|words| words.join(" "));
    let sql = "SELECT count(*) FROM property
        WHERE ($1::numeric IS NULL OR price >= $1) AND ($2::numeric IS NULL OR price <= $2)
          AND ($3::text[] = '{}' OR location_folded = ANY ($3))
          AND ($4::text IS NULL OR search @@ property_query($4, $5))";
    let psql = database.psql().await;
    let counted = psql.query_one(sql, &[&min, &max, &places, &words, &longer]).await;
    let counted: i64 = counted.expect("counted").get(0);
    assert_eq!(said, Count::exact(counted), "{query_string}");
}

/// Listings with random words, prices and places.
async fn insert(database: &TestDatabase, random: &mut StdRng) {
    for _ in 0..60 {
        let price = PRICES[random.random_range(0..PRICES.len())];
        let place = PLACES[random.random_range(0..PLACES.len())];
        let words =
            (0..random.random_range(1..4)).map(|_| WORDS[random.random_range(0..WORDS.len())]);
        let title = words.collect::<Vec<_>>().join(" ").replace('\'', "''");
        let rows = random.random_range(1..20);
        let sql = format!(
            "INSERT INTO property (title, description, price, location)
             SELECT '{title}', 'D ' || n, {price}, '{place}' FROM generate_series(1, {rows}) AS n"
        );
        database.run(&sql).await;
    }
}

fn query(random: &mut StdRng) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for _ in 0..random.random_range(0..3) {
        query.append_pair("location", PLACES[random.random_range(0..PLACES.len())]);
    }
    for bound in ["min_price", "max_price"] {
        if random.random_bool(0.7) {
            query.append_pair(bound, PRICES[random.random_range(0..PRICES.len())]);
        }
    }
    query.finish()
}

#[tokio::test]
async fn counts_of_words_prices_and_places_say_what_counting_says() {
    let database = TestDatabase::create().await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    for seed in 0..2 {
        let mut random = StdRng::seed_from_u64(seed);
        insert(&database, &mut random).await;
        for _ in 0..100 {
            is_counted(&database, &pool, &query(&mut random)).await;
        }
        for word in [
            "h",
            "hous",
            "household",
            "café",
            "o'hara",
            "well-kept",
            "back\\",
            "apart",
            "apartm",
            "apartments",
            "par",
            "parkin",
            "parks",
            "bed",
            "1e5",
            "house park",
        ] {
            let word: String = url::form_urlencoded::byte_serialize(word.as_bytes()).collect();
            is_counted(&database, &pool, &format!("q={word}")).await;
            let query = query(&mut random);
            is_counted(&database, &pool, &format!("q={word}&{query}")).await;
        }
    }
}

#[tokio::test]
async fn lists_are_counted_exactly_up_to_ten_thousand_and_beyond_only_by_place() {
    let app = spawn_app().await;
    let insert = |rows: u32| {
        format!(
            "ALTER TABLE property DISABLE TRIGGER USER;
             INSERT INTO property (title, description, price, location)
                 SELECT 'Home ' || n, 'A home', 5, 'Leith' FROM generate_series(1, {rows}) AS n;
             INSERT INTO property_tally (location_folded, rows) VALUES ('leith', {rows});"
        )
    };
    let filters = ["q=home", "max_price=5", "q=home&location=leith&min_price=5"];
    app.sql(&insert(10_000)).await;
    for filter in filters {
        let path = format!("/properties/no-cache/?{filter}");
        let list = app.get_json(&path).await;
        assert_eq!(
            (&list["count"], list.get("count_is_exact")),
            (&json!(10_000), None),
            "{filter}"
        );
        assert!(app.get(&path).await.has(">10,000 homes"), "{filter}");
    }
    app.sql(&insert(1)).await;
    for filter in filters {
        let path = format!("/properties/no-cache/?{filter}");
        let list = app.get_json(&path).await;
        assert_eq!(
            (&list["count"], &list["count_is_exact"]),
            (&json!(10_000), &json!(false)),
            "{filter}"
        );
        assert!(app.get(&path).await.has(">More than 10,000 homes"), "{filter}");
        let page = app.get_json(&format!("{path}&page_size=100&page=101")).await;
        assert_eq!(page["results"].as_array().map(Vec::len), Some(1), "{filter}");
    }
    for filter in ["", "location=leith"] {
        let list = app.get_json(&format!("/properties/no-cache/?{filter}")).await;
        assert_eq!(
            (&list["count"], list.get("count_is_exact")),
            (&json!(10_001), None),
            "{filter}"
        );
    }
}

/// What the release before V20 counts by.
const OLD_COUNTS: [&str; 3] = [
    "SELECT ((SELECT coalesce(sum(rows), 0) FROM property_price_tally WHERE location_folded = ''
            AND price_floor >= property_price_floor(25, 3))
        - (SELECT count(*) FROM property WHERE price >= property_price_floor(25, 3) AND price < 25))::bigint",
    "SELECT ((SELECT coalesce(sum(rows), 0) FROM property_price_tally WHERE location_folded = 'leith'
            AND price_floor >= property_price_floor(25, 2))
        - (SELECT count(*) FROM property
           WHERE location_folded = 'leith' AND price >= property_price_floor(25, 2) AND price < 25))::bigint",
    "SELECT coalesce(property_count_of_word('hom', ''),
        (SELECT count(*) FROM property WHERE search @@ property_query('hom', '')))",
];

#[tokio::test]
async fn the_previous_release_works_while_the_tallies_are_removed_and_counts_right_afterwards() {
    let database = TestDatabase::create_empty().await;
    database.migrate_to(19).await;
    let insert = "INSERT INTO property (title, description, price, location)
        SELECT 'Home ' || n, 'D', n, 'Leith' FROM generate_series(1, 50) AS n";
    database.run(insert).await;
    let done = AtomicBool::new(false);
    let release = async |statements: &[&str]| {
        let psql = database.psql().await;
        let mut statements = statements.iter().cycle();
        while !done.load(Ordering::Relaxed) {
            let sql = statements.next().expect("it goes on");
            psql.simple_query(sql).await.unwrap_or_else(|err| panic!("{sql}: {err:?}"));
        }
    };
    let writes = [
        "BEGIN; INSERT INTO property (title, description, price, location) VALUES ('Home', 'D', 30, 'Leith')",
        "UPDATE property SET price = price WHERE id = (SELECT max(id) FROM property); COMMIT",
    ];
    let migrating = async {
        database.migrate_to(20).await;
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(
        migrating,
        release(&writes),
        release(&writes),
        release(&OLD_COUNTS),
        release(&OLD_COUNTS)
    );
    let [prices, of_place, words] = OLD_COUNTS;
    let above = database.value("SELECT count(*) FROM property WHERE price >= 25").await;
    assert_eq!(database.value(prices).await, above);
    assert_eq!(database.value(of_place).await, above);
    assert_eq!(database.value(words).await, database.listings().await);
}

#[tokio::test]
async fn listings_that_are_older_than_the_index_of_words_are_in_it() {
    let database = TestDatabase::create_empty().await;
    database.migrate_to(8).await;
    database.run("INSERT INTO property (title, description, price, location)
         SELECT 'Parking/apartments ' || n, 'D', n, 'Café ' || n % 3 FROM generate_series(1, 500) AS n").await;
    database.migrate_to(29).await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    for query in ["q=parkin", "q=apartm", "q=cafe", "q=cafe+4"] {
        is_counted(&database, &pool, query).await;
    }
    let found = "SELECT count(*) FROM property WHERE search @@ property_query('cafe apartm', '')";
    assert_eq!(database.value(found).await, "500");
}
