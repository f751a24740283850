//! Two users edit one listing.

use crate::harness::{
    Browser, Listing, Page, Shows as _, listing, spawn_homes, spawn_staffed, spawn_two, statuses,
};

const PATH: &str = "/admin/properties/1/change/";

async fn open(staff: &Browser) -> Page {
    staff.get(PATH).await.assert_status(200)
}

async fn save(staff: &Browser, form: &Page, typed: &Listing) -> Page {
    let mut fields = typed.fields();
    fields.extend(form.fields(["version", "csrf_token"]));
    staff.post(PATH, &fields).await
}

#[tokio::test]
async fn an_edit_of_what_somebody_else_changed_shows_both_versions_and_loses_neither() {
    let (app, ada, sam) = spawn_two(1).await;
    let (first, second) = (open(&ada).await, open(&sam).await);
    save(&ada, &first, &listing("Theirs <b>", "2000", "Leith")).await.assert_status(303);
    let mine = listing("Mine", "3000", "Joppa");
    let conflict = save(&sam, &second, &mine).await.assert_status(409);
    conflict.shows(["Theirs &#60;b&#62;", "2000.00", "Mine", "3000", "Joppa"]);
    assert_eq!(app.sql("SELECT title FROM property").await, "Theirs <b>");
    assert_eq!(conflict.field("title"), "Mine");
    // After seeing both versions, the user may overwrite.
    save(&sam, &conflict, &mine).await.assert_status(303);
    assert_eq!(app.sql("SELECT title FROM property").await, "Mine");
}

#[tokio::test]
async fn an_edit_of_a_deleted_listing_keeps_what_was_typed() {
    let (app, ada, sam) = spawn_two(1).await;
    let form = open(&sam).await;
    ada.delete_listing(1).await;
    let mine = listing("Mine", "3000", "Joppa");
    let page = save(&sam, &form, &mine).await.assert_status(409);
    page.holds([("title", "Mine"), ("price", "3000")]);
    page.shows([&mine.description]);
    assert_eq!(app.database.listings().await, "0");
    // The page shows the form that adds the listing again.
    page.shows(["action=\"/admin/properties/add/\""]);
}

#[tokio::test]
async fn of_two_edits_at_the_same_time_one_is_a_conflict() {
    let (app, ada, sam) = spawn_two(1).await;
    let (first, second) = (open(&ada).await, open(&sam).await);
    let (hers, his) = (listing("Hers", "1", "L"), listing("His", "1", "L"));
    let (one, other) = tokio::join!(save(&ada, &first, &hers), save(&sam, &second, &his));
    assert_eq!(statuses([&one, &other]), [303, 409]);
    let title = app.sql("SELECT title FROM property").await;
    assert_eq!(title, if one.status == 303 { "Hers" } else { "His" });
}

#[tokio::test]
async fn a_deletion_of_what_is_deleted_already_is_a_404() {
    let (app, staff) = spawn_staffed(2).await;
    staff.delete_listing(1).await;
    staff.press("/admin/properties/1/delete/").await.assert_status(404);
    // If some of the selected listings are gone, the others are deleted.
    let fields = [
        ("action", "delete_selected"),
        ("post", "yes"),
        ("_selected_action", "1"),
        ("_selected_action", "2"),
    ];
    staff.submit("/admin/properties/", &fields).await.assert_status(303);
    assert_eq!(app.database.listings().await, "0");
}

#[tokio::test]
async fn while_the_log_cannot_be_read_nothing_that_was_typed_is_lost() {
    let (app, staff) = spawn_staffed(1).await;
    let form = open(&staff).await;
    app.sql("UPDATE property SET price = 7").await;
    let lock = app.database.lock("history").await;
    let mine = listing("Mine", "3000", "Joppa");
    let page = save(&staff, &form, &mine).await.assert_status(503);
    assert_eq!(page.field("title"), "Mine");
    assert_eq!(page.field("version"), form.field("version"));
    lock.release().await;
    save(&staff, &page, &mine).await.assert_status(409).shows(["7.00", "Mine"]);
}

#[tokio::test]
async fn a_change_of_very_many_at_once_is_not_said_to_be_somebody_elses() {
    let (app, ada, sam) = spawn_two(1_001).await;
    ada.edit_listing(1, &listing("Hers", "1", "Leith")).await;
    let form = open(&sam).await;
    app.sql("UPDATE property SET price = price + 1").await;
    let page = save(&sam, &form, &listing("Mine", "1", "Leith")).await;
    let page = page.assert_status(409);
    page.shows(["This listing was changed", "does not say who saved it"]).hides(["<bdi>ada</bdi>"]);
}

#[tokio::test]
async fn whoever_deletes_what_somebody_else_just_deleted_is_told_so_and_offered_no_other_deletion()
{
    let (app, staff) = spawn_staffed(2).await;
    staff.delete_listing(2).await;
    staff.get("/admin/properties/").await.shows(["/undo/"]);
    let slower = staff.press("/admin/properties/1/delete/");
    let faster = "DELETE FROM property WHERE id = 1";
    app.database.held_up(faster, 1, "COMMIT", slower).await.assert_status(303);
    let list = staff.get("/admin/properties/").await;
    list.shows(["“Home 1” had already been deleted."]).hides(["/undo/"]);
}

#[tokio::test]
async fn a_conflict_says_whether_the_change_came_from_ones_own_other_tab_or_from_another_user() {
    let own = "You changed this listing in another tab or window";
    let hers = "“ada” changed this listing";
    let (_app, ada, sam) = spawn_two(1).await;
    for (savers, heading) in [
        (&["sam"][..], own),
        (&["sam", "sam"], own),
        (&["ada"], hers),
        (&["ada", "sam"], hers),
        (&["sam", "ada"], hers),
    ] {
        let form = open(&sam).await;
        for (n, saver) in savers.iter().enumerate() {
            let staff = if *saver == "ada" { &ada } else { &sam };
            let typed = listing(&format!("{savers:?} saved {n}"), "2", "Leith");
            save(staff, &open(staff).await, &typed).await.assert_status(303);
        }
        let page = save(&sam, &form, &listing("Mine", "1", "Leith")).await;
        let page = page.assert_status(409);
        page.shows([format!("<h1 class=\"headline\">{heading}</h1>")]).hides(["nother user"]);
    }
}

#[tokio::test]
async fn a_deletion_says_whether_it_came_from_ones_own_other_tab_or_from_another_user() {
    for (deleter, said) in [
        ("sam", "You deleted this listing in another tab or window while"),
        ("ada", "“ada” deleted this listing while"),
        ("", "“database user"),
    ] {
        let app = spawn_homes(1).await;
        let sam = app.staff_named("sam").await;
        let form = open(&sam).await;
        match deleter {
            "" => app.database.run("DELETE FROM property").await,
            "sam" => sam.delete_listing(1).await,
            name => app.staff_named(name).await.delete_listing(1).await,
        }
        save(&sam, &form, &listing("Mine", "1", "Leith")).await.assert_status(409).shows([said]);
    }
}
