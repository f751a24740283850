//! Lists of rare words are the same whether an index or the list's order is used.

use property_listings::db::properties;
use property_listings::domain::{Cursors, ListingQuery};

use crate::admin::list_costs::read;
use crate::harness::Plan;

#[tokio::test]
async fn a_rare_words_list_is_filtered_sorted_and_paged_like_any_other() {
    let plan = Plan::new().await.homes(40).await;
    let rare = "UPDATE property SET title = 'Zeppelin ' || id WHERE id % 2 = 1";
    let app = plan.sql(rare).await.start().await;
    for (query, want) in [
        ("page_size=3", [39, 37, 35]),
        ("page_size=3&sort=price&min_price=5000", [5, 7, 9]),
        ("page_size=3&page=2&sort=oldest&location=leith", [7, 9, 11]),
    ] {
        let path = format!("/properties/?q=zeppelin&{query}");
        let page = app.get_json(&path).await;
        let rows = page["results"].as_array().expect("a list").iter();
        let ids: Vec<i64> = rows.filter_map(|row| row["id"].as_i64()).collect();
        assert_eq!(ids, want, "{query}: {page}");
    }
    let none = app.get_json("/properties/?q=dirigible").await;
    assert_eq!(none["count"], 0);
}

#[tokio::test]
async fn a_list_of_one_word_is_counted_once() {
    let plan = Plan::new().await.homes(3_000).await;
    plan.database.run("VACUUM (ANALYZE) property").await;
    let app = plan.start().await;
    let mut client = app.pool().client().await.expect("a client");
    let transaction = client.transaction().await.expect("begun");
    let query = ListingQuery::parse("q=home", Cursors::Ignored).expect("valid");
    let before = read(&transaction).await;
    let (rows, total) =
        properties::list_and_count(&transaction, &query).await.expect("listed and counted");
    assert_eq!((rows.properties.len(), total.number), (24, 3_000));
    let read = read(&transaction).await - before;
    assert!(read <= 3_000 + 25, "{read} rows are read");
}
