//! The admin's own list.

use crate::harness::{Browser, Shows as _, spawn_staffed};

/// The ids of the listings in a list, in its order.
pub(super) async fn shown(staff: &Browser, query: &str) -> Vec<String> {
    let page = staff.get(&format!("/admin/properties/{query}")).await.assert_status(200);
    let parts = page.text().split("name=\"_selected_action\" value=\"").skip(1);
    parts.filter_map(|part| part.split('"').next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn it_is_searched_filtered_and_sorted_and_shows_what_is_in_the_database_now() {
    let (app, staff) = spawn_staffed(4).await;
    for (query, want) in [
        ("", "4 3 2 1"),
        ("?sort=price", "1 2 3 4"),
        ("?location=leith", "3 1"),
        ("?q=joppa&sort=oldest", "2 4"),
        ("?q=castle", ""),
        ("?page_size=2", "4 3 2 1"),
    ] {
        assert_eq!(shown(&staff, query).await.join(" "), want, "{query}");
    }
    let page = staff.get("/admin/properties/?sort=up&q=kept").await.assert_status(400);
    page.shows(["value=\"kept\""]);
    // No cache is used.
    shown(&staff, "").await;
    app.sql("UPDATE property SET title = 'By psql'").await;
    let page = staff.get("/admin/properties/").await;
    assert!(page.has("By psql") && page.cache_status().is_empty(), "{page:?}");
}

#[tokio::test]
async fn it_has_pages_of_a_hundred() {
    let (_app, staff) = spawn_staffed(205).await;
    for (query, count, first) in [("", 100, "205"), ("?page=2", 100, "105"), ("?page=3", 5, "5")] {
        let ids = shown(&staff, query).await;
        assert_eq!((ids.len(), ids[0].as_str()), (count, first), "{query}");
    }
}
