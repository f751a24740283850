//! A load that a write overtakes may answer requests that were waiting, but no later ones.

use crate::harness::{Held, Plan, Reader, Shows as _, create_role, listing, shared};

#[tokio::test]
async fn a_page_that_a_write_overtakes_is_not_served_afterwards() {
    let held = Held::start().await;
    let staff = held.writing.staff().await;
    for (n, path) in ["/properties/", "/properties/?location=Leith&format=json", "/properties/1/"]
        .into_iter()
        .enumerate()
    {
        let mended = format!("mended {n}");
        let hold = held.hold(Reader::Rows).await;
        let asking = held.reading.reader.asks(path);
        hold.somebody_waits().await;
        staff.edit_listing(1, &listing(&format!("Home 1 {mended}"), "1000", "Leith")).await;
        hold.release().await;
        // Otherwise the reader was not blocked.
        asking.await.expect("answered").assert_status(200).hides([&mended]);
        for app in [&held.reading, &held.writing] {
            app.get(path).await.assert_status(200).shows([&mended]);
        }
        held.reading.get(path).await.assert_status(200).assert_hit().shows([&mended]);
    }
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
    held.reading.get(path).await.assert_status(200).shows(["mended"]);
}

#[tokio::test]
async fn two_writes_that_overtake_one_load_leave_neither_older_state() {
    let held = Held::start().await;
    let staff = held.writing.staff().await;
    let hold = held.hold(Reader::Rows).await;
    let first = held.reading.reader.asks("/properties/1/");
    hold.somebody_waits().await;
    staff.edit_listing(1, &listing("Second", "1000", "Leith")).await;
    // Until the other instance hears of it, its requests for the same rows follow the first reader.
    held.reading.has_heard_of_something().await;
    let second = held.reading.reader.asks("/properties/1/?format=json");
    hold.readers_wait(2).await;
    staff.edit_listing(1, &listing("Third", "1000", "Leith")).await;
    hold.release().await;
    first.await.expect("answered").assert_status(200);
    second.await.expect("answered").assert_status(200);
    for path in ["/properties/1/", "/properties/1/?format=json"] {
        for _ in 0..2 {
            held.reading.get(path).await.shows(["Third"]);
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
    held.reading.get("/properties/").await.assert_stored();
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
