//! Restoring deleted listings.

use crate::harness::{App, Browser, Page, Shows as _, listing, spawn_staffed};

const ALL: &str = "SELECT string_agg(concat_ws('|', id, title, description, price, location, created_at, updated_at), ';'
    ORDER BY id) FROM property";

async fn start(homes: u32) -> (App, Browser) {
    let (app, staff) = spawn_staffed(homes).await;
    (app, staff)
}

/// The URL of the undo button below a message.
fn undo_of(page: &Page) -> String {
    let (_, rest) = page.text().split_once("action=\"/admin/history/").expect("a button");
    let (event, _) = rest.split_once('/').expect("an address");
    format!("/admin/history/{event}/undo/")
}

async fn last_deletion(app: &App) -> String {
    let event = app.sql("SELECT max(id) FROM history WHERE kind = 'deleted'").await;
    format!("/admin/history/{event}/undo/")
}

#[tokio::test]
async fn a_deletion_is_undone_right_after_it() {
    let (app, staff) = start(3).await;
    let before = app.sql(ALL).await;
    let filters = [("_changelist_filters", "q=home")];
    let page = staff.submit("/admin/properties/2/delete/", &filters).await.assert_status(303);
    assert_eq!(page.header("location"), "/admin/properties/?q=home");
    let list = staff.get("/admin/properties/").await;
    list.shows(["was deleted"]);
    let page = staff.submit(&undo_of(&list), &filters).await.assert_status(303);
    assert_eq!(page.header("location"), "/admin/properties/?q=home");
    // The same values, to the microsecond, with the same number.
    assert_eq!(app.sql(ALL).await, before);
    staff.get("/admin/properties/2/history/").await.shows(["undid deletion"]);
    assert!(app.get("/properties/2/").await.assert_status(200).has("Home 2"));
}

#[tokio::test]
async fn a_deletion_of_several_is_undone_as_a_whole() {
    let (app, staff) = start(5).await;
    let before = app.sql(ALL).await;
    staff.delete_listings(&[1, 3, 5]).await;
    let undo = undo_of(&staff.get("/admin/properties/").await);
    staff.get(&undo).await.assert_status(200).shows(["Restore 3 listings?", "Restore only"]);
    staff.press(&undo).await.assert_status(303);
    assert_eq!(app.sql(ALL).await, before);
    // One transaction, whose events are recorded individually.
    let sql = "SELECT count(*) || '/' || count(DISTINCT xid) FROM history WHERE kind = 'created'";
    assert_eq!(app.sql(sql).await, "3/1");
}

#[tokio::test]
async fn one_of_several_can_be_restored_alone() {
    let (app, staff) = start(3).await;
    staff.delete_listings(&[1, 2, 3]).await;
    let only = [("only", "1")];
    let undo = last_deletion(&app).await;
    staff.submit(&undo, &only).await.assert_status(303);
    assert_eq!(app.sql("SELECT string_agg(id::text, ',') FROM property").await, "3");
    // The other listings are still restored together; the one that exists already is unchanged.
    staff.press(&undo).await.assert_status(303);
    assert_eq!(app.database.listings().await, "3");
}

#[tokio::test]
async fn undoing_twice_is_the_same_as_once() {
    let (app, staff) = start(2).await;
    staff.delete_listing(1).await;
    let undo = last_deletion(&app).await;
    let (one, other) = tokio::join!(staff.press(&undo), staff.press(&undo));
    one.assert_status(303);
    other.assert_status(303);
    assert_eq!(app.database.listings().await, "2");
    assert_eq!(app.sql("SELECT count(*) FROM history WHERE kind = 'created'").await, "1");
}

#[tokio::test]
async fn a_number_that_is_taken_is_said_and_nothing_is_restored() {
    let (app, staff) = start(3).await;
    staff.delete_listings(&[1, 2]).await;
    let undo = last_deletion(&app).await;
    app.sql("INSERT INTO property (id, title, description, price, location) VALUES (2, 'New', 'D', 1, 'L')")
        .await;
    staff.press(&undo).await.assert_status(409).shows(["same numbers: 2."]);
    assert_eq!(app.database.listings().await, "2");
    assert!(app.get("/properties/2/").await.has("New"));
}

#[tokio::test]
async fn a_deletion_by_psql_is_undone_from_the_history() {
    let (app, staff) = start(3).await;
    app.sql("DELETE FROM property WHERE id = 2").await;
    let path = "/admin/properties/2/history/";
    let history = staff.get(path).await.assert_status(200);
    history.shows(["has been deleted", "database user"]);
    let undo = last_deletion(&app).await;
    history.shows([&undo]);
    assert!(staff.get("/admin/history/").await.has(&undo));
    staff.get(&undo).await.assert_status(200).shows(["Restore “<bdi>Home 2</bdi>”?"]);
    assert_eq!(staff.press(&undo).await.assert_status(303).header("location"), path);
    assert!(app.get("/properties/2/").await.assert_status(200).has("Home 2"));
}

#[tokio::test]
async fn what_is_restored_keeps_the_sequence_of_numbers_ahead() {
    let (app, staff) = start(3).await;
    staff.delete_listing(3).await;
    app.sql("SELECT setval('property_id_seq', 2)").await;
    staff.press(&last_deletion(&app).await).await.assert_status(303);
    assert_eq!(staff.create_listing(&listing("Next", "1", "L")).await, 4);
}

#[tokio::test]
async fn more_than_a_thousand_are_not_restored_at_once() {
    let (app, staff) = start(1).await;
    app.sql(
        "BEGIN;
              INSERT INTO property (title, description, price, location)
              SELECT 'T', 'D', 1, 'L' FROM generate_series(1, 1100);
              COMMIT; BEGIN;
              DELETE FROM property WHERE id <= 600; DELETE FROM property;
              COMMIT",
    )
    .await;
    let undo = last_deletion(&app).await;
    staff.get(&undo).await.assert_status(200).shows(["More than 1,000"]);
    staff.press(&undo).await.assert_status(409);
    assert_eq!(app.database.listings().await, "0");
    staff.submit(&undo, &[("only", "1")]).await.assert_status(303);
    assert_eq!(app.database.listings().await, "1");
}

#[tokio::test]
async fn what_is_no_deletion_can_not_be_undone() {
    let (app, staff) = start(1).await;
    staff.edit_listing(1, &listing("T", "1", "L")).await;
    let event = app.sql("SELECT max(id) FROM history").await;
    for event in [event.as_str(), "999999", "0", "99999999999999999999"] {
        let path = format!("/admin/history/{event}/undo/");
        staff.get(&path).await.assert_status(404);
        staff.press(&path).await.assert_status(404);
    }
}

#[tokio::test]
async fn only_those_who_may_add_listings_undo() {
    let (app, staff) = start(2).await;
    app.permit("view,change,delete").await;
    let sam = app.staff_named("sam").await;
    sam.get("/admin/properties/1/delete/").await.hides(["can restore"]);
    staff.get("/admin/properties/1/delete/").await.shows(["can restore"]);
    let ticked = [("action", "delete_selected"), ("_selected_action", "1")];
    sam.submit("/admin/properties/", &ticked).await.hides(["You can restore"]);
    let question = staff.submit("/admin/properties/", &ticked).await;
    question.shows(["You can restore it from the history"]);
    sam.delete_listing(1).await;
    sam.get("/admin/properties/").await.shows(["was deleted"]).hides(["/undo/"]);
    let undo = last_deletion(&app).await;
    sam.get(&undo).await.assert_status(403);
    sam.press(&undo).await.assert_status(403);
    for path in ["/admin/history/", "/admin/properties/1/history/"] {
        assert!(!sam.get(path).await.has("/undo/"), "{path}");
        assert!(staff.get(path).await.has("/undo/"), "{path}");
    }
    staff.post(&undo, &[("csrf_token", "x")]).await.assert_status(403);
    assert_eq!(app.database.listings().await, "1");
}

#[tokio::test]
async fn a_listing_that_was_deleted_while_it_was_edited_comes_back_as_it_was_typed() {
    let (app, staff) = start(2).await;
    let path = "/admin/properties/1/change/";
    let form = staff.get(path).await;
    let before = "SELECT created_at FROM property WHERE id = 1";
    let created = app.sql(before).await;
    staff.delete_listing(1).await;
    let mut fields = listing("Typed", "7", "Joppa").fields();
    fields.push(("version", form.field("version")));
    let page = staff.submit(path, &fields).await.assert_status(409);
    let restore = "/admin/properties/1/restore/";
    page.shows([restore]);
    let mut wrong = fields.clone();
    wrong.push(("price", "free".to_owned()));
    staff.submit(restore, &wrong).await.assert_status(422).shows([restore]);
    staff.submit(restore, &fields).await.assert_status(303);
    let row = "SELECT concat_ws('|', title, price, location) FROM property WHERE id = 1";
    assert_eq!(app.sql(row).await, "Typed|7.00|Joppa");
    assert_eq!(app.sql(before).await, created);
    // A form that was opened before the deletion does not overwrite the listing unnoticed.
    let mut old = listing("Old", "1", "L").fields();
    old.push(("version", form.field("version")));
    staff.submit(path, &old).await.assert_status(409);
    // The same content counts as already saved; other content is a conflict.
    staff.submit(restore, &fields).await.assert_status(303);
    let other = listing("Other", "8", "Joppa").fields();
    staff.submit(restore, &other).await.assert_status(409).shows(["The versions differ"]);
}

#[tokio::test]
async fn a_listing_that_the_log_does_not_keep_can_be_added_anew_as_it_was_typed() {
    let (app, staff) = start(1_001).await;
    let path = "/admin/properties/1/change/";
    let form = staff.get(path).await;
    app.sql("DELETE FROM property").await;
    let mut fields = listing("Typed", "7", "Joppa").fields();
    fields.push(("version", form.field("version")));
    let page = staff.submit(path, &fields).await.assert_status(409);
    let restore = "/admin/properties/1/restore/";
    page.shows([restore]);
    let page = staff.submit(restore, &fields).await.assert_status(409);
    page.shows(["The history does not contain this listing"]);
    assert_eq!(page.field("title"), "Typed");
    page.shows(["action=\"/admin/properties/add/\""]).hides([restore]);
    // The same applies to a number that no listing ever had.
    let page = staff.submit("/admin/properties/7777/restore/", &fields).await.assert_status(409);
    assert_eq!(page.field("title"), "Typed");
    assert_eq!(app.database.listings().await, "0");
}

#[tokio::test]
async fn whoever_may_not_look_at_listings_undoes_their_deletion_and_sees_nobody_elses() {
    let (app, staff) = start(3).await;
    app.permit("add,delete").await;
    let sam = app.staff_named("sam").await;
    sam.delete_listing(1).await;
    let own = undo_of(&sam.get("/admin/").await);
    sam.press(&own).await.assert_status(303);
    assert_eq!(app.database.listings().await, "3");
    staff.delete_listing(2).await;
    let undo = last_deletion(&app).await;
    sam.get(&undo).await.assert_status(403);
    app.sql("INSERT INTO property (id, title, description, price, location) VALUES (2, 'New', 'D', 1, 'L')")
        .await;
    let page = sam.press(&undo).await.assert_status(409);
    page.shows(["same numbers: 2."]).hides(["Home 2", "2,000"]);
    app.sql("DELETE FROM property WHERE id = 2").await;
    sam.press(&undo).await.assert_status(303);
    sam.get("/admin/").await.shows(["The listing was restored."]).hides(["Home 2"]);
}
