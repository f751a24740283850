//! Lists sorted by a fact that some listings lack.

use property_listings::db::{Client, Database, properties};
use property_listings::domain::{
    Cursor, Cursors, Direction, Fact, ListingQuery, Position, Property, Sort, SortKey,
};

use crate::harness::TestDatabase;

/// Some years occur twice or more, and every third listing has none; ten listings have a unique word.
const HOMES: &str = "INSERT INTO property (title, description, price, location, year_built)
    SELECT CASE WHEN n % 2 = 0 AND n <= 20 THEN 'Rare ' ELSE 'Home ' END || n, 'D', n, 'Leith',
           CASE WHEN n % 3 > 0 THEN 1900 + n % 7 END
    FROM generate_series(1, 24) AS n";

/// Every order by year, with every filter that changes how rows are found.
fn lists() -> Vec<(ListingQuery, &'static str)> {
    let year = Fact::named("year_built").expect("a fact");
    let filters = [("", "true"), ("q=rare", "title LIKE 'Rare%'"), ("min_price=9", "price >= 9")];
    let lists = filters.into_iter().flat_map(|(filter, condition)| {
        [false, true].map(|descending| {
            let query = ListingQuery::parse(filter, Cursors::Ignored).expect("valid");
            let sort = Sort { key: SortKey::Fact(year), descending };
            (ListingQuery { sort, page_size: 100, ..query }, condition)
        })
    });
    lists.collect()
}

async fn rows(client: &Client, query: &ListingQuery) -> (Vec<Property>, bool) {
    let rows = properties::list(client, query, None).await.expect("listed");
    (rows.properties, rows.more)
}

fn ids(rows: &[Property]) -> Vec<String> {
    rows.iter().map(|row| row.id.to_string()).collect()
}

#[tokio::test]
async fn listings_without_the_fact_are_last_in_both_orders_and_no_cursor_repeats_or_loses_a_row() {
    let database = TestDatabase::create().await;
    database.run(HOMES).await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    let client = pool.client().await.expect("a client");
    for (query, condition) in lists() {
        let way = if query.sort.descending { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT string_agg(id::text, ' ' ORDER BY year_built {way} NULLS LAST, id {way})
             FROM property WHERE {condition}"
        );
        let (all, _) = rows(&client, &query).await;
        assert_eq!(ids(&all).join(" "), database.value(&sql).await, "{query:?}");
        for (at, row) in all.iter().enumerate() {
            for (direction, want) in
                [(Direction::Forward, &all[at + 1..]), (Direction::Backward, &all[..at])]
            {
                let position = Position::Cursor(Cursor::at(row, query.sort, direction));
                let (found, more) = rows(&client, &query.at(position)).await;
                assert_eq!(
                    (ids(&found), more),
                    (ids(want), false),
                    "{direction:?} from {}",
                    row.id
                );
            }
        }
    }
}

#[tokio::test]
async fn numbered_pages_and_walks_have_every_row_once() {
    let database = TestDatabase::create().await;
    database.run(HOMES).await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    let client = pool.client().await.expect("a client");
    for (query, _) in lists() {
        let (all, _) = rows(&client, &query).await;
        let query = ListingQuery { page_size: 5, ..query };
        let (mut numbered, mut walked, mut back) = (Vec::new(), Vec::new(), Vec::new());
        let mut cursor = Position::Page(1);
        for page in 1.. {
            let (found, more) = rows(&client, &query.at(Position::Page(page))).await;
            numbered.extend(ids(&found));
            let (found, more_after) = rows(&client, &query.at(cursor)).await;
            walked.extend(ids(&found));
            assert_eq!(more, more_after, "{query:?}");
            let last = found.last().expect("a row");
            cursor = Position::Cursor(Cursor::at(last, query.sort, Direction::Forward));
            if !more {
                break;
            }
        }
        let mut first = all.last().expect("a row").clone();
        back.push(first.id.to_string());
        loop {
            let before = Cursor::at(&first, query.sort, Direction::Backward);
            let (found, more) = rows(&client, &query.at(Position::Cursor(before))).await;
            back.splice(..0, ids(&found));
            first = found.first().expect("a row").clone();
            if !more {
                break;
            }
        }
        let all = ids(&all);
        assert_eq!((&numbered, &walked, &back), (&all, &all, &all), "{query:?}");
    }
}
