//! The cost of pages of a long list: it depends on the rows of the page, not on those of the table.

use property_listings::db::{Transaction, admin_listings};
use property_listings::domain::{AdminListQuery, Selection};
use property_listings::services::LONGEST_LIST;

use crate::harness::Plan;

/// Each query with the maximum number of rows that its page and count may read. Searches and price ranges are counted
/// up to the length of the longest list.
const QUERIES: [(&str, i64); 13] = [
    ("", 100),
    ("page=2", 200),
    ("page=1000", 100),
    ("o=title", 100),
    ("o=-title&page=3", 300),
    ("o=-changed", 100),
    ("o=price.title", 110),
    ("location=leith&o=price", 300),
    ("added_from=2026-02-01&added_to=2026-02-01", 3_000),
    ("q=77777", 10),
    ("q=zebra", 10),
    ("q=home&o=price", 50_111),
    ("min_price=50000&max_price=60000&o=-price", 10_111),
];

const HOMES: &str = "INSERT INTO property (title, description, price, location, created_at)
    SELECT 'Home ' || n, CASE n WHEN 50000 THEN 'Zebra' ELSE 'About home ' || n END, n, CASE n % 2 WHEN 1 THEN 'Leith' ELSE 'Joppa' END,
           timestamptz '2026-01-01 00:00Z' + n * interval '1 minute'
    FROM generate_series(1, 100000) AS n";

/// The number of rows that were read, from the table or with an index.
pub(crate) async fn read(transaction: &Transaction<'_>) -> i64 {
    let sql =
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0)::bigint FROM pg_stat_xact_user_tables
        WHERE relname = 'property'";
    transaction.query_one(sql, &[]).await.expect("counted").get(0)
}

async fn assert_cheap<T>(
    transaction: &Transaction<'_>,
    what: &str,
    most: i64,
    work: impl Future<Output = T>,
) -> T {
    // The server counts the rows that the session has read, including those of earlier queries.
    let before = read(transaction).await;
    let done = work.await;
    let read = read(transaction).await - before;
    assert!(read <= most, "{what} reads {read} rows");
    done
}

#[tokio::test]
async fn a_page_of_a_hundred_thousand_listings_reads_little_more_than_itself() {
    let plan = Plan::new().await;
    plan.database.run(HOMES).await;
    plan.database.run("VACUUM (ANALYZE) property").await;
    let app = plan.start().await;
    let pool = app.pool();
    for (text, most) in QUERIES {
        let query = AdminListQuery::parse(text).expect("valid");
        let mut client = pool.client().await.expect("a client");
        let transaction = client.transaction().await.expect("begun");
        let listing = async {
            let total = admin_listings::count(&transaction, &query.filter, LONGEST_LIST).await;
            let total = total.expect("counted").number;
            let rows = admin_listings::list(&transaction, &query, total).await;
            assert!(!rows.expect("listed").is_empty(), "{text}");
            total
        };
        let total = assert_cheap(&transaction, text, most, listing).await;
        let all = Selection::Matching(query.filter.clone());
        let what = format!("a look at all of {text}");
        let looking = admin_listings::list_selected(&transaction, &all, &query.order, total, 10);
        let first = assert_cheap(&transaction, &what, most, looking).await;
        assert!(!first.expect("listed").is_empty(), "{text}");
    }
}
