//! What is done with many listings at once: to those that are ticked or to all that match, after a short question.

use std::sync::{Arc, Mutex};

use property_listings::domain::{Change, Event};
use property_listings::events::Receiver;

use crate::harness::{Browser, Page, Plan, Shows as _, spawn_homes, spawn_staffed};

const LIST: &str = "/admin/properties/";

fn fields(pairs: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// Asks for something to be done with all listings that match.
async fn ask(staff: &Browser, action: &str, state: &str) -> Page {
    let asked = [("action", action), ("select_across", "1"), ("_changelist_filters", state)];
    staff.submit(LIST, &asked).await
}

/// Says yes to a question, with more fields.
async fn confirm(staff: &Browser, question: &Page, more: &[(&'static str, &str)]) -> Page {
    let mut all = fields(more);
    all.extend(question.fields(["action", "post", "expected", "_changelist_filters"]));
    if question.has("name=\"select_across\"") {
        all.push(("select_across", "1".to_owned()));
    }
    for part in question.text().split("name=\"_selected_action\" value=\"").skip(1) {
        all.push(("_selected_action", part.split('"').next().expect("an id").to_owned()));
    }
    staff.submit(LIST, &all).await
}

async fn told(staff: &Browser) -> String {
    let page = staff.get(LIST).await.assert_status(200);
    let message = page.text().split("role=\"status\"><p>").nth(1);
    message.and_then(|rest| rest.split('<').next()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn all_that_match_are_deleted_and_no_others_after_a_short_question() {
    let (app, staff) = spawn_staffed(2_600).await;
    let state = "location=leith&max_price=2400000.00&o=price&per_page=25";
    let question = ask(&staff, "delete_selected", state).await.assert_status(200);
    question.shows(["Delete 1,200 listings?", "and 1,190 more", "<bdi>Home 1</bdi>"]);
    question.shows(["<bdi>2,400,000</bdi>", "<bdi>leith</bdi>", "You can’t undo this"]);
    assert_eq!(question.text().matches("_selected_action").count(), 0);
    assert!(question.body.len() < 20_000, "{} bytes", question.body.len());
    assert_eq!(app.database.listings().await, "2600");
    let done = confirm(&staff, &question, &[]).await.assert_status(303);
    assert_eq!(done.header("location"), format!("{LIST}?{state}"));
    assert_eq!(app.database.listings().await, "1400");
    let others = "SELECT count(*) FROM property WHERE location = 'Leith' AND price <= 2400000";
    assert_eq!(app.sql(others).await, "0");
    assert_eq!(told(&staff).await, "Successfully deleted 1,200 listings.");
    let events =
        "SELECT string_agg(concat_ws(' ', kind, row_count, actor, note), ',') FROM history";
    assert_eq!(app.sql(events).await, "bulk 1200 ada deleted from the list");
    staff.get("/admin/history/").await.shows(["deleted from the list"]);
}

#[tokio::test]
async fn a_move_is_one_transaction_and_one_batch_of_events() {
    let told_of: Arc<Mutex<Vec<Event>>> = Arc::default();
    let plan = Plan::with_homes(40).await;
    let app = plan.receiver(Receiver::Recorder(told_of.clone())).start().await;
    let staff = app.staff().await;
    app.get("/properties/?location=Portobello").await;
    let question = ask(&staff, "move_selected", "q=home&max_price=20000").await.assert_status(200);
    question.shows(["Move 20 listings"]);
    confirm(&staff, &question, &[("location", " Portobello ")]).await.assert_status(303);
    assert_eq!(told(&staff).await, "Moved 20 listings to “Portobello”.");
    assert!(app.get("/properties/?location=Portobello").await.has("20 homes"));
    let transactions = "SELECT count(DISTINCT xid) || ' ' || count(*) FROM history";
    assert_eq!(app.sql(transactions).await, "1 20");
    assert_eq!(app.sql("SELECT DISTINCT note FROM history").await, "moved to “Portobello”");
    let events = std::mem::take(&mut *told_of.lock().expect("no panic"));
    assert_eq!(events.len(), 20);
    assert!(
        events.iter().all(|event| matches!(event.change, Change::PostSave { created: false, .. }))
    );
    // Those that are there already are not touched.
    let question = ask(&staff, "move_selected", "max_price=25000").await;
    confirm(&staff, &question, &[("location", "Portobello")]).await.assert_status(303);
    assert_eq!(told(&staff).await, "Moved 5 listings to “Portobello”. 20 were already there.");
    assert_eq!(app.sql(transactions).await, "2 25");
}

#[tokio::test]
async fn a_location_that_is_wrong_is_asked_for_again_and_kept() {
    let (app, staff) = spawn_staffed(4).await;
    let question = ask(&staff, "move_selected", "").await;
    question.shows(["These are all the listings on the site"]);
    for location in ["", &"l".repeat(101), "a\u{7}b"] {
        let again = confirm(&staff, &question, &[("location", location)]).await;
        let again = again.assert_status(422);
        again.shows(["id=\"location-error\""]);
        again.shows(["<title>Please correct: Move listings"]);
        again.shows(["role=\"alert\"><p>Nothing was moved."]);
        assert_eq!(again.field("location"), location);
    }
    assert_eq!(app.database.changes().await, "0");
}

#[tokio::test]
async fn where_others_match_than_staff_were_told_of_it_is_asked_again() {
    let (app, staff) = spawn_staffed(10).await;
    for action in ["delete_selected", "move_selected"] {
        let question = ask(&staff, action, "location=leith").await;
        assert!(question.field("expected").starts_with("5-"));
        app.sql("INSERT INTO property (title, description, price, location) VALUES ('One more', 'D', 1, 'Leith')")
            .await;
        let again = confirm(&staff, &question, &[("location", "Joppa")]).await;
        let again = again.assert_status(409);
        again.shows(["Nothing was done.", "asked about 5 listings"]);
        assert!(again.field("expected").starts_with("6-"));
        app.sql("DELETE FROM property WHERE title = 'One more'").await;
    }
    assert_eq!(app.database.listings().await, "10");
    let question = ask(&staff, "delete_selected", "location=leith").await;
    confirm(&staff, &question, &[]).await.assert_status(303);
    assert_eq!(app.database.listings().await, "5");
}

#[tokio::test]
async fn all_that_match_are_never_touched_without_a_number_or_by_a_filter_that_cannot_be_read() {
    let (app, staff) = spawn_staffed(4).await;
    let all = |more: &[(&'static str, &str)]| {
        let mut all =
            fields(&[("action", "delete_selected"), ("post", "yes"), ("select_across", "1")]);
        all.extend(fields(more));
        all
    };
    let page = staff.submit(LIST, &all(&[])).await.assert_status(200);
    page.shows(["Delete 4 listings?"]);
    let unread =
        all(&[("_changelist_filters", "min_price=cheap"), ("expected", &page.field("expected"))]);
    staff.submit(LIST, &unread).await.assert_status(303);
    for expected in ["many", "4", "4-"] {
        staff.submit(LIST, &all(&[("expected", expected)])).await.assert_status(200);
    }
    assert_eq!(app.database.listings().await, "4");
}

#[tokio::test]
async fn ticked_rows_are_done_and_rows_that_are_gone_are_not_missed_in_silence() {
    let (app, staff) = spawn_staffed(4).await;
    let ticked = [
        ("action", "delete_selected"),
        ("_selected_action", "1"),
        ("_selected_action", "2"),
        ("_changelist_filters", "location=Leith"),
    ];
    let question = staff.submit(LIST, &ticked).await.assert_status(200);
    question.shows(["Delete 2 listings?"]);
    app.sql("DELETE FROM property WHERE id = 2").await;
    let again = confirm(&staff, &question, &[]).await.assert_status(409);
    again.shows(["Delete 1 listing?"]);
    confirm(&staff, &again, &[]).await.assert_status(303);
    assert_eq!(app.database.listings().await, "2");
    // A second click is not asked to look again at nothing.
    let twice = confirm(&staff, &again, &[]).await.assert_status(409);
    twice.shows(["already been deleted"]).hides(["Nothing was done."]);
    staff.submit(LIST, &ticked).await.assert_status(200).shows(["already been deleted"]);
}

#[tokio::test]
async fn each_action_needs_its_permission() {
    let app = spawn_homes(4).await;
    let staff = app.staff_named("sam").await;
    for (permissions, delete, relocate, export, import) in [
        ("view", 403, 403, 200, 403),
        ("view,delete", 200, 403, 200, 403),
        ("view,change", 403, 200, 200, 403),
        ("view,add", 403, 403, 200, 403),
        ("view,add,change", 403, 200, 200, 200),
        ("add,delete", 403, 403, 403, 403),
    ] {
        app.permit(permissions).await;
        let list = staff.get(LIST).await;
        for (action, status) in [
            ("delete_selected", delete),
            ("move_selected", relocate),
            ("export_csv", export),
            ("export_jsonl", export),
        ] {
            let ticked = [("action", action), ("_selected_action", "1")];
            staff.submit(LIST, &ticked).await.assert_status(status);
            let offered = list.has(&format!("value=\"{action}\""));
            assert_eq!(offered, status == 200, "{permissions} {action}");
        }
        let form = "/admin/properties/import/";
        staff.get(form).await.assert_status(import);
        let file = if import == 403 { 403 } else { 303 };
        staff.get(&format!("{form}1/")).await.assert_status(file);
        staff.press(&format!("{form}1/")).await.assert_status(file);
        assert_eq!(list.has(form), import == 200, "{permissions}");
        staff.get("/admin/properties/export/?format=csv").await.assert_status(export);
    }
}
