//! Lists of words that few listings have are the same lists, however they are found.

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
