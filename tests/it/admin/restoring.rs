//! Restoring earlier versions of a listing.

use crate::harness::{App, Browser, Shows as _, listing, spawn_staffed};

const ROW: &str =
    "SELECT concat_ws('|', title, description, price, location) FROM property WHERE id = 1";

async fn start() -> (App, Browser) {
    let (app, staff) = spawn_staffed(2).await;
    staff.edit_listing(1, &listing("Second", "2000", "Joppa")).await;
    staff.edit_listing(1, &listing("Third", "3000", "Joppa")).await;
    (app, staff)
}

/// The URLs for restoring versions in the listing's history, the latest first.
async fn restores(staff: &Browser) -> Vec<String> {
    let page = staff.get("/admin/properties/1/history/").await.assert_status(200);
    let parts = page.text().split("href=\"/admin/properties/1/history/").skip(1);
    parts
        .map(|rest| {
            let (path, _) = rest.split_once('"').expect("an attribute");
            format!("/admin/properties/1/history/{path}")
        })
        .collect()
}

#[tokio::test]
async fn an_earlier_version_is_restored_after_a_look_at_what_changes() {
    let (app, staff) = start().await;
    let versions = restores(&staff).await;
    // The latest version is the current one; the first was created before the log began.
    assert_eq!(versions.len(), 2, "{versions:?}");
    let page = staff.get(&versions[0]).await.assert_status(200);
    page.shows(["Third", "Second", "3000.00", "2000.00", "What would change"])
        .hides(["<dt>Location"]);
    let fields = [("version", page.field("version")), ("side", page.field("side"))];
    let path = versions[0].split('?').next().expect("a path").to_owned();
    staff.submit(&path, &fields).await.assert_status(303);
    assert_eq!(app.sql(ROW).await, "Second|The description of Second.|2000.00|Joppa");
    assert!(app.get("/properties/1/").await.has("Second"));
    staff.get("/admin/properties/1/history/").await.shows(["restored from change"]);
    let first = restores(&staff).await.pop().expect("the oldest");
    assert!(first.ends_with("version=before"), "{first}");
    let page = staff.get(&first).await.assert_status(200);
    let fields = [("version", page.field("version")), ("side", page.field("side"))];
    let path = first.split('?').next().expect("a path").to_owned();
    staff.submit(&path, &fields).await.assert_status(303);
    assert_eq!(app.sql(ROW).await, "Home 1|About home 1|1000.00|Leith");
}

#[tokio::test]
async fn a_version_is_restored_only_in_its_own_listings_history_and_over_the_row_that_was_shown() {
    let (app, staff) = start().await;
    let event = app.sql("SELECT max(id) FROM history").await;
    for path in [
        format!("/admin/properties/2/history/{event}/restore/"),
        "/admin/properties/1/history/999999/restore/".to_owned(),
    ] {
        staff.get(&path).await.assert_status(404);
        staff.press(&path).await.assert_status(404);
    }
    // Without a version in the form, nothing is overwritten.
    let version = restores(&staff).await.remove(0);
    staff.press(version.split('?').next().expect("a path")).await.assert_status(409);
    assert!(app.sql(ROW).await.starts_with("Third"));
    // A change since the confirmation page is a conflict.
    let page = staff.get(&version).await;
    let fields = [("version", page.field("version")), ("side", page.field("side"))];
    app.sql("UPDATE property SET title = 'By psql' WHERE id = 1").await;
    let path = version.split('?').next().expect("a path");
    let again = staff.submit(path, &fields).await.assert_status(409);
    again.shows(["By psql", "nothing was restored"]);
    assert!(app.sql(ROW).await.starts_with("By psql"));
    let fields = [("version", again.field("version")), ("side", again.field("side"))];
    staff.submit(path, &fields).await.assert_status(303);
    assert!(app.sql(ROW).await.starts_with("Second"));
    // Restoring again changes nothing.
    let events = app.database.changes().await;
    staff.submit(path, &fields).await.assert_status(303);
    assert_eq!(app.database.changes().await, events);
}

#[tokio::test]
async fn of_a_deleted_listing_the_deletion_is_undone_first() {
    let (app, staff) = start().await;
    let version = restores(&staff).await.remove(0);
    let page = staff.get(&version).await;
    let fields = [("version", page.field("version")), ("side", page.field("side"))];
    staff.delete_listing(1).await;
    let path = version.split('?').next().expect("a path");
    let page = staff.submit(path, &fields).await.assert_status(409);
    page.shows(["<h1 class=\"headline\">Listing 1 was deleted"]);
    page.shows(["href=\"/admin/properties/1/history/\""]);
    staff.get(&version).await.assert_status(404);
    assert!(restores(&staff).await.is_empty());
    assert_eq!(app.database.listings().await, "1");
}

#[tokio::test]
async fn only_those_who_may_change_listings_restore() {
    let (app, ada) = start().await;
    let version = restores(&ada).await.remove(0);
    let path = version.split('?').next().expect("a path");
    app.permit("view,add,delete").await;
    let sam = app.staff_named("sam").await;
    assert!(restores(&sam).await.is_empty());
    sam.get(&version).await.assert_status(403);
    sam.press(path).await.assert_status(403);
}

#[tokio::test]
async fn asking_for_a_number_that_no_listing_had_uses_no_numbers_up() {
    let (_app, staff) = spawn_staffed(2).await;
    let typed = listing("Nowhere", "1", "Leith");
    for id in ["5000", "9007199254740991", "9223372036854775807", "0"] {
        let path = format!("/admin/properties/{id}/restore/");
        staff.submit(&path, &typed.fields()).await.assert_status(409);
    }
    assert_eq!(staff.create_listing(&typed).await, 3);
}
