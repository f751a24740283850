//! A load that a write overtakes may answer whoever asked, and nobody later.

use crate::harness::{Held, Plan, Reader, create_role, listing, shared};

async fn is_not_served_afterwards(path: &str) {
    let held = Held::start().await;
    let staff = held.writing.staff().await;
    let hold = held.hold(Reader::Rows).await;
    let asking = held.reading.reader.asks(path);
    hold.somebody_waits().await;
    staff.edit_listing(1, &listing("Home 1 mended", "1000", "Leith")).await;
    hold.release().await;
    let overtaken = asking.await.expect("answered").assert_status(200);
    assert!(!overtaken.has("mended"), "the reader was not held");
    for app in [&held.reading, &held.writing] {
        let page = app.get(path).await.assert_status(200);
        assert!(page.has("mended"), "stale: {page:?}");
    }
    let page = held.reading.get(path).await.assert_status(200);
    assert!(page.is_hit() && page.has("mended"), "{page:?}");
}

#[tokio::test]
async fn a_list_that_a_write_overtakes_is_not_served_afterwards() {
    is_not_served_afterwards("/properties/").await;
}

#[tokio::test]
async fn a_filtered_list_that_a_write_overtakes_is_not_served_afterwards() {
    is_not_served_afterwards("/properties/?location=Leith&format=json").await;
}

#[tokio::test]
async fn a_listings_page_that_a_write_overtakes_is_not_served_afterwards() {
    is_not_served_afterwards("/properties/1/").await;
}

#[tokio::test]
async fn a_page_made_of_cached_rows_that_a_write_overtakes_is_not_served_afterwards() {
    let held = Held::start().await;
    let path = "/properties/";
    held.reading.get(path).await.assert_status(200);
    let redis = held.reading.redis().await;
    for family in ["page", "property_count"] {
        for key in held.reading.keys(family).await {
            redis.run::<i64>(&["DEL", &key]).await;
        }
    }
    let staff = held.writing.staff().await;
    let hold = held.hold(Reader::Count).await;
    let asking = held.reading.reader.asks(path);
    hold.somebody_waits().await;
    staff.edit_listing(1, &listing("Home 1 mended", "1000", "Leith")).await;
    hold.release().await;
    let overtaken = asking.await.expect("answered").assert_status(200);
    assert!(!overtaken.has("mended"), "the rows came from the cache");
    let page = held.reading.get(path).await.assert_status(200);
    assert!(page.has("mended"), "stale: {page:?}");
}

#[tokio::test]
async fn two_writes_that_overtake_one_load_leave_neither_older_state() {
    let held = Held::start().await;
    let staff = held.writing.staff().await;
    let hold = held.hold(Reader::Rows).await;
    let first = held.reading.reader.asks("/properties/1/");
    hold.somebody_waits().await;
    staff.edit_listing(1, &listing("Second", "1000", "Leith")).await;
    // Until the other instance hears of it, whoever asks there for the same rows follows the first reader.
    held.reading.has_heard_of_something().await;
    let second = held.reading.reader.asks("/properties/1/?format=json");
    hold.readers_wait(2).await;
    staff.edit_listing(1, &listing("Third", "1000", "Leith")).await;
    hold.release().await;
    first.await.expect("answered").assert_status(200);
    second.await.expect("answered").assert_status(200);
    for path in ["/properties/1/", "/properties/1/?format=json"] {
        for _ in 0..2 {
            let page = held.reading.get(path).await;
            assert!(page.has("Third"), "stale: {page:?}");
        }
    }
}

#[tokio::test]
async fn a_load_that_a_clear_overtakes_is_not_served_afterwards() {
    let held = Held::start().await;
    let hold = held.hold(Reader::Rows).await;
    let asking = held.reading.reader.asks("/properties/");
    hold.somebody_waits().await;
    held.writing.services.management.clear("a test").await.expect("cleared");
    hold.release().await;
    asking.await.expect("answered").assert_status(200);
    let page = held.reading.get("/properties/").await;
    assert!(page.is_stored(), "{}", page.cache_status());
}

#[tokio::test]
async fn a_site_works_as_a_role_that_owns_nothing() {
    let plan = Plan::new().await.without_memory().homes(1).await;
    let role = create_role(&plan.database).await;
    let url = plan.database.url(&role, &shared().postgres);
    let app = plan.set("DATABASE_URL", url).start().await;
    let staff = app.staff().await;
    let id = staff.create_listing(&listing("New", "1", "Leith")).await;
    staff.edit_listing(id, &listing("Newer", "1", "Leith")).await;
    assert!(app.get("/properties/").await.has("Newer"));
    staff.delete_listing(id).await;
    assert!(!app.get("/properties/").await.has("Newer"));
    app.has_heard_of_everything().await;
}
