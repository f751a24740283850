//! Bulk actions change only the listings that staff confirmed, in the same versions.

use crate::harness::{Browser, Page, Shows as _, spawn_staffed};

const LIST: &str = "/admin/properties/";
/// One listing no longer matches, and another one matches instead.
const SWAP: &str = "UPDATE property SET location = CASE id WHEN 1 THEN 'Joppa' ELSE 'Leith' END WHERE id IN (1, 2)";
const EDIT: &str = "UPDATE property SET description = 'Sold to you' WHERE id = 3";
/// Six listings in their initial state.
const RESET: &str = "DELETE FROM property; INSERT INTO property (id, title, description, price, location)
    SELECT n, 'Home ' || n, 'D', n, CASE n % 2 WHEN 1 THEN 'Leith' ELSE 'Joppa' END FROM generate_series(1, 6) AS n";
const STATE: &str =
    "SELECT string_agg(id || location || md5(description), ',' ORDER BY id) FROM property";

/// The selection: all in Leith, or the same listings individually.
const CHOSEN: [&[(&str, &str)]; 2] = [
    &[("select_across", "1")],
    &[("_selected_action", "1"), ("_selected_action", "3"), ("_selected_action", "5")],
];

fn owned<'a>(pairs: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

async fn ask(staff: &Browser, action: &str, chosen: &[(&'static str, &str)]) -> Page {
    let mut fields = owned(chosen);
    fields.extend(owned(&[("action", action), ("_changelist_filters", "location=Leith")]));
    staff.submit(LIST, &fields).await
}

/// Confirms an action.
async fn confirm(staff: &Browser, question: &Page, chosen: &[(&'static str, &str)]) -> Page {
    let mut fields = owned(chosen);
    fields.extend(question.fields(["action", "post", "expected", "_changelist_filters"]));
    fields.push(("location", "Portobello".to_owned()));
    staff.submit(LIST, &fields).await
}

#[tokio::test]
async fn a_listing_that_was_not_asked_about_is_neither_deleted_nor_moved() {
    let (app, staff) = spawn_staffed(6).await;
    for action in ["delete_selected", "move_selected"] {
        for chosen in CHOSEN {
            for change in [SWAP, EDIT] {
                app.sql(RESET).await;
                let question = ask(&staff, action, chosen).await.assert_status(200);
                app.sql(change).await;
                let before = app.sql(STATE).await;
                let logged = app.database.changes().await;
                let again = confirm(&staff, &question, chosen).await;
                let again = again.assert_status(409);
                again.shows(["Nothing was done."]);
                assert_eq!(app.sql(STATE).await, before, "{action} {chosen:?}");
                assert_eq!(app.database.changes().await, logged);
                // After seeing the new listings, staff may confirm again.
                confirm(&staff, &again, chosen).await.assert_status(303);
                assert_ne!(app.sql(STATE).await, before);
            }
        }
    }
}

#[tokio::test]
async fn a_change_that_commits_while_a_deletion_waits_for_it_stops_the_deletion() {
    let (app, staff) = spawn_staffed(6).await;
    for chosen in CHOSEN {
        app.sql(RESET).await;
        let question = ask(&staff, "delete_selected", chosen).await;
        let deletion = confirm(&staff, &question, chosen);
        app.database.held_up(SWAP, 1, "COMMIT", deletion).await.assert_status(409);
        assert_eq!(app.database.listings().await, "6");
    }
}

#[tokio::test]
async fn a_move_that_is_confirmed_twice_moves_once_and_says_that_they_are_there() {
    let (app, staff) = spawn_staffed(6).await;
    let question = ask(&staff, "move_selected", CHOSEN[1]).await;
    for _ in 0..2 {
        confirm(&staff, &question, CHOSEN[1]).await.assert_status(303);
    }
    staff.get(LIST).await.shows(["3 were already there."]);
    assert_eq!(app.database.changes().await, "3");
}

#[tokio::test]
async fn a_listing_that_was_edited_after_the_question_is_not_deleted() {
    let (app, staff) = spawn_staffed(6).await;
    let path = "/admin/properties/3/delete/";
    let question = staff.get(path).await.assert_status(200);
    app.sql(EDIT).await;
    let version = |page: &Page| [("version", page.field("version"))];
    let again = staff.submit(path, &version(&question)).await;
    let again = again.assert_status(409);
    again.shows(["Nothing was deleted"]);
    assert_eq!(app.database.listings().await, "6");
    staff.submit(path, &version(&again)).await.assert_status(303);
    assert_eq!(app.database.listings().await, "5");
}
