//! Counts of filtered lists: the tallies of prices and words say what counting says.

use property_listings::db::{Database, properties};
use property_listings::domain::{Cursors, ListingQuery, word_forms};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::harness::TestDatabase;

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

/// Compares both tallies with real counts, key by key.
pub(super) async fn is_exact(database: &TestDatabase, after: &str) {
    let prices = "SELECT count(*) FROM (
            SELECT location_folded AS place, property_price_floor(price, 2) AS price_floor, count(*) AS rows
            FROM property GROUP BY 1, 2
            UNION ALL
            SELECT '', property_price_floor(price, 3), count(*) FROM property GROUP BY 1, 2
        ) AS counted FULL JOIN (
            SELECT location_folded AS place, price_floor, sum(rows) AS rows
            FROM property_price_tally GROUP BY 1, 2 HAVING sum(rows) <> 0
        ) AS tallied USING (place, price_floor) WHERE counted.rows IS DISTINCT FROM tallied.rows";
    let words = "SELECT count(*) FROM (
            SELECT unnest(tsvector_to_array(search)) AS word, count(*) AS rows FROM property GROUP BY 1
        ) AS counted FULL JOIN (
            SELECT word, sum(rows) AS rows FROM property_word_tally GROUP BY 1 HAVING sum(rows) <> 0
        ) AS tallied USING (word) WHERE counted.rows IS DISTINCT FROM tallied.rows";
    for (sql, what) in [(prices, "prices"), (words, "words")] {
        assert_eq!(database.value(sql).await, "0", "{what} after {after}");
    }
}

/// Compares what the site says with what an index-free count says.
async fn is_counted(database: &TestDatabase, pool: &Database, query_string: &str) {
    let query = ListingQuery::parse(query_string, Cursors::Ignored).expect("a query");
    let filter = &query.filter;
    let client = pool.client().await.expect("a client");
    let said = properties::count(&client, filter).await.expect("counted");
    let (min, max) = filter.price_range();
    let places: Vec<String> = filter
        .folded_locations()
        .iter()
        .map(|place| place.as_str().to_owned())
        .collect();
    let words = filter.search.as_ref().map(|search| search.words());
    let longer = words.as_ref().and_then(|words| words.last());
    let longer = longer.map(|last| word_forms::beginning_with(last));
    let words = words.map(|words| words.join(" "));
    let sql = "SELECT count(*) FROM property
        WHERE ($1::numeric IS NULL OR price >= $1) AND ($2::numeric IS NULL OR price <= $2)
          AND ($3::text[] = '{}' OR location_folded = ANY ($3))
          AND ($4::text IS NULL OR search @@ property_query($4, $5))";
    let (min, max) = (
        min.map(|price| price.as_decimal()),
        max.map(|price| price.as_decimal()),
    );
    let psql = database.psql().await;
    let counted = psql
        .query_one(sql, &[&min, &max, &places, &words, &longer])
        .await;
    let counted: i64 = counted.expect("counted").get(0);
    assert_eq!(said, counted, "{query_string}");
}

/// A statement, and perhaps what goes with it in a transaction.
fn statement(random: &mut StdRng) -> String {
    let price = PRICES[random.random_range(0..PRICES.len())];
    let place = PLACES[random.random_range(0..PLACES.len())];
    let words: Vec<&str> = (0..random.random_range(1..4))
        .map(|_| WORDS[random.random_range(0..WORDS.len())])
        .collect();
    let title = words.join(" ").replace('\'', "''");
    let some = format!("id % 7 = {}", random.random_range(0..7));
    let fields = "INSERT INTO property (title, description, price, location)";
    match random.random_range(0..9) {
        0..3 => format!(
            "{fields} SELECT '{title}', 'D ' || n, {price}, '{place}' FROM generate_series(1, {}) AS n",
            random.random_range(1..40)
        ),
        3 => format!("UPDATE property SET price = {price} WHERE {some}"),
        4 => format!("UPDATE property SET location = '{place}', title = '{title}' WHERE {some}"),
        5 => format!(
            "INSERT INTO property (id, title, description, price, location)
             SELECT n, '{title}', 'D', {price}, '{place}' FROM generate_series(1, 20) AS n
             ON CONFLICT (id) DO UPDATE SET price = excluded.price, title = excluded.title"
        ),
        6 => format!("DELETE FROM property WHERE {some}"),
        7 => format!("UPDATE property SET id = id + 100000 WHERE {some} AND id < 100000"),
        _ => format!(
            "BEGIN; DELETE FROM property WHERE {some}; SAVEPOINT s; TRUNCATE property;
             ROLLBACK TO s; {}",
            if random.random_bool(0.5) {
                "COMMIT"
            } else {
                "ROLLBACK"
            }
        ),
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
async fn counts_by_price_and_word_are_exact_after_any_statements() {
    let database = TestDatabase::create().await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    // The statements use the first ids themselves.
    database
        .run("ALTER SEQUENCE property_id_seq RESTART 1000")
        .await;
    for seed in 0..2 {
        let mut random = StdRng::seed_from_u64(seed);
        for round in 0..25 {
            let sql = statement(&mut random);
            database.run(&sql).await;
            is_exact(&database, &format!("{sql} (seed {seed}, round {round})")).await;
            for _ in 0..4 {
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
            ] {
                let word: String = url::form_urlencoded::byte_serialize(word.as_bytes()).collect();
                is_counted(&database, &pool, &format!("q={word}")).await;
            }
        }
        database.run("TRUNCATE property").await;
        is_exact(&database, "TRUNCATE").await;
    }
}

#[tokio::test]
async fn writers_of_one_price_and_word_neither_wait_for_each_other_nor_miscount() {
    let database = TestDatabase::create().await;
    let insert =
        "INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'Leith')";
    database.run(insert).await;
    let (mut one, other) = (database.psql().await, database.psql().await);
    let transaction = one.transaction().await.expect("begun");
    transaction.batch_execute(insert).await.expect("inserted");
    let impatient =
        format!("SET lock_timeout = '3s'; {insert}; UPDATE property SET price = 2 WHERE id = 1");
    let done = other.batch_execute(&impatient).await;
    done.expect("it does not wait");
    transaction.commit().await.expect("committed");
    is_exact(&database, "two writers").await;
    let writers = (0..8).map(|number: u64| {
        let database = &database;
        async move {
            let psql = database.psql().await;
            let mut random = StdRng::seed_from_u64(number);
            for _ in 0..10 {
                let price = PRICES[random.random_range(0..PRICES.len())];
                let id = random.random_range(1..40);
                let sql = match random.random_range(0..4) {
                    0 => format!("DELETE FROM property WHERE id = {id}"),
                    1 => format!(
                        "UPDATE property SET price = {price}, title = 'A house' WHERE id = {id}"
                    ),
                    2 => format!("BEGIN; {insert}; ROLLBACK"),
                    _ => insert.to_owned(),
                };
                psql.batch_execute(&sql).await.expect("done");
            }
        }
    });
    futures_util::future::join_all(writers).await;
    is_exact(&database, "eight writers").await;
}

#[tokio::test]
async fn counts_by_price_and_word_are_exact_under_every_isolation_level() {
    let database = TestDatabase::create().await;
    for level in ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"] {
        let sql = format!(
            "BEGIN ISOLATION LEVEL {level};
             INSERT INTO property (title, description, price, location)
                 VALUES ('A house', 'D', 15, 'Leith'), ('A houseboat', 'D', 150, 'Joppa');
             UPDATE property SET price = price * 10, title = title || ' more'
                 WHERE id = (SELECT max(id) FROM property);
             DELETE FROM property WHERE id = (SELECT min(id) FROM property); COMMIT"
        );
        database.run(&sql).await;
        is_exact(&database, level).await;
    }
}

#[tokio::test]
async fn listings_that_are_older_than_the_tallies_are_in_them() {
    let database = TestDatabase::create().await;
    let drop = "DROP TABLE property_price_tally, property_word_tally;
         DROP FUNCTION property_count_prices, property_count_words CASCADE;
         DROP FUNCTION property_price_floor, property_count_of_word;
         INSERT INTO property (title, description, price, location)
             SELECT 'A house ' || n, 'D', n * 37, 'Place ' || n % 3 FROM generate_series(1, 500) AS n";
    database.run(drop).await;
    for migration in [
        include_str!("../../../sql/migrations/V5__property_price_tally.sql"),
        include_str!("../../../sql/migrations/V6__property_word_tally.sql"),
    ] {
        database.run(migration).await;
    }
    is_exact(&database, "the migrations").await;
}

/// Each migration up to that of the words, in its order.
const BEFORE_WORDS: [&str; 8] = [
    include_str!("../../../sql/migrations/V1__property.sql"),
    include_str!("../../../sql/migrations/V2__property_tally.sql"),
    include_str!("../../../sql/migrations/V3__property_event.sql"),
    include_str!("../../../sql/migrations/V4__users_and_sessions.sql"),
    include_str!("../../../sql/migrations/V5__property_price_tally.sql"),
    include_str!("../../../sql/migrations/V6__property_word_tally.sql"),
    include_str!("../../../sql/migrations/V7__clear_event.sql"),
    include_str!("../../../sql/migrations/V8__property_sitemap.sql"),
];

#[tokio::test]
async fn listings_that_are_older_than_the_index_of_words_are_in_it() {
    let database = TestDatabase::create_empty().await;
    for migration in BEFORE_WORDS {
        database.run(migration).await;
    }
    let insert = "INSERT INTO property (title, description, price, location)
         SELECT 'Parking/apartments ' || n, 'D', n, 'Café ' || n % 3 FROM generate_series(1, 500) AS n";
    database.run(insert).await;
    let words = include_str!("../../../sql/migrations/V9__property_search_words.sql");
    database.run(&format!("BEGIN; {words}; COMMIT")).await;
    is_exact(&database, "the migration").await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    for query in ["q=parkin", "q=apartm", "q=cafe", "q=cafe+4"] {
        is_counted(&database, &pool, query).await;
    }
    let found = "SELECT count(*) FROM property WHERE search @@ property_query('cafe apartm', '')";
    assert_eq!(database.value(found).await, "500");
    database.run(insert).await;
    is_exact(&database, "more listings").await;
}
