//! A form is saved once, however often it arrives.

use crate::harness::{
    App, Browser, Listing, Page, Shows as _, listing, spawn_homes, spawn_staffed, spawn_two,
};

const ADD: &str = "/admin/properties/add/";
const CHANGE: &str = "/admin/properties/1/change/";

/// An opened form, with typed values.
fn filled(form: &Page, typed: &Listing) -> Vec<(&'static str, String)> {
    let mut fields = typed.fields();
    fields.extend(form.fields(["csrf_token", "_once"]));
    if form.has("name=\"version\"") {
        fields.push(("version", form.field("version")));
    }
    fields
}

async fn opened(staff: &Browser, path: &str, typed: &Listing) -> Vec<(&'static str, String)> {
    filled(&staff.get(path).await.assert_status(200), typed)
}

async fn events(app: &App) -> String {
    app.database.changes().await
}

#[tokio::test]
async fn a_double_submit_adds_one_listing_and_says_so() {
    let (app, staff) = spawn_staffed(0).await;
    let mut fields = opened(&staff, ADD, &listing("Once", "1", "L")).await;
    fields.push(("_continue", "1".to_owned()));
    let first = staff.post(ADD, &fields).await.assert_status(303);
    let second = staff.post(ADD, &fields).await.assert_status(303);
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(app.database.listings().await, "1");
    staff.get(second.header("location")).await.shows(["“Once” was saved once."]);
}

#[tokio::test]
async fn copies_of_a_form_that_arrive_together_at_two_instances_are_saved_once() {
    let app = spawn_homes(1).await;
    let other = app.another().start().await;
    let staff = app.staff().await;
    let there = staff.at(&other.origin);
    for (path, rows) in [(ADD, "2"), (CHANGE, "2")] {
        let before: i64 = events(&app).await.parse().expect("a number");
        let fields = opened(&staff, path, &listing("Once", "1", "L")).await;
        let (a, b, c, d) = tokio::join!(
            staff.post(path, &fields),
            there.post(path, &fields),
            staff.post(path, &fields),
            there.post(path, &fields),
        );
        for page in [a, b, c, d] {
            assert_eq!(page.assert_status(303).header("location"), "/admin/properties/");
        }
        assert_eq!(app.database.listings().await, rows, "{path}");
        assert_eq!(events(&app).await, (before + 1).to_string(), "{path}");
    }
}

#[tokio::test]
async fn a_form_that_holds_something_else_when_it_comes_again_is_not_lost() {
    let (app, staff) = spawn_staffed(0).await;
    let form = staff.get(ADD).await.assert_status(200);
    staff.post(ADD, &filled(&form, &listing("First", "1", "L"))).await.assert_status(303);
    let second = filled(&form, &listing("Second", "2", "L"));
    let page = staff.post(ADD, &second).await.assert_status(409);
    page.shows(["already saved as listing 1"]);
    assert_eq!(page.field("title"), "Second");
    assert_ne!(page.field("_once"), form.field("_once"));
    assert_eq!(app.database.listings().await, "1");
    staff.post(ADD, &filled(&page, &listing("Second", "2", "L"))).await.assert_status(303);
    assert_eq!(app.database.listings().await, "2");
}

#[tokio::test]
async fn saving_again_before_the_first_answer_is_no_conflict_with_oneself() {
    let (app, staff) = spawn_staffed(1).await;
    let form = staff.get(CHANGE).await.assert_status(200);
    for title in ["One", "Two", "One"] {
        staff.post(CHANGE, &filled(&form, &listing(title, "1", "L"))).await.assert_status(303);
        assert_eq!(app.sql("SELECT title FROM property").await, title);
    }
    // Another user's change in between is a conflict.
    app.sql("UPDATE property SET price = 7").await;
    staff.post(CHANGE, &filled(&form, &listing("Three", "1", "L"))).await.assert_status(409);
}

#[tokio::test]
async fn after_saving_and_going_on_the_form_has_the_version_that_was_saved() {
    let (_app, staff) = spawn_staffed(1).await;
    let mut form = staff.get(CHANGE).await.assert_status(200);
    for title in ["One", "Two", "Three"] {
        let mut fields = filled(&form, &listing(title, "1", "L"));
        fields.push(("_continue", "1".to_owned()));
        let page = staff.post(CHANGE, &fields).await.assert_status(303);
        form = staff.get(page.header("location")).await.assert_status(200);
        assert_eq!(form.field("title"), title);
    }
}

#[tokio::test]
async fn what_is_stored_already_is_no_conflict() {
    let (app, ada, sam) = spawn_two(1).await;
    let same = listing("Same", "1", "L");
    let (hers, his) = (opened(&ada, CHANGE, &same).await, opened(&sam, CHANGE, &same).await);
    ada.post(CHANGE, &hers).await.assert_status(303);
    let before = events(&app).await;
    let page = sam.post(CHANGE, &his).await.assert_status(303);
    assert_eq!(events(&app).await, before);
    sam.get(page.header("location")).await.shows(["with the values that you entered"]);
}

#[tokio::test]
async fn a_refused_form_may_be_corrected_and_is_then_saved_once() {
    let (app, staff) = spawn_staffed(0).await;
    let wrong = opened(&staff, ADD, &listing("Right", "free", "L")).await;
    let form = staff.post(ADD, &wrong).await.assert_status(422);
    let right = filled(&form, &listing("Right", "1", "L"));
    for _ in 0..2 {
        staff.post(ADD, &right).await.assert_status(303);
    }
    assert_eq!(app.database.listings().await, "1");
}

#[tokio::test]
async fn a_token_says_nothing_in_anybody_elses_form() {
    let (app, ada, sam) = spawn_two(0).await;
    let typed = listing("Twin", "1", "L");
    let hers = opened(&ada, ADD, &typed).await;
    ada.post(ADD, &hers).await.assert_status(303);
    let mut his = opened(&sam, ADD, &typed).await;
    let token = hers.iter().find(|(name, _)| *name == "_once");
    his.retain(|(name, _)| *name != "_once");
    his.push(token.expect("there is one").clone());
    sam.post(ADD, &his).await.assert_status(303);
    assert_eq!(app.database.listings().await, "2");
}

#[tokio::test]
async fn what_came_of_a_form_is_forgotten_after_a_day() {
    let (app, staff) = spawn_staffed(0).await;
    let post = async |title: &str| {
        let fields = opened(&staff, ADD, &listing(title, "1", "L")).await;
        staff.post(ADD, &fields).await.assert_status(303);
    };
    post("One").await;
    app.sql("UPDATE form_submission SET at = at - interval '25 hours'").await;
    post("Two").await;
    assert_eq!(app.sql("SELECT count(*) FROM form_submission").await, "1");
}

#[tokio::test]
async fn a_copy_that_was_saved_already_never_comes_back_as_the_form_of_what_it_was_copied_from() {
    let (app, staff) = spawn_staffed(1).await;
    let form = staff.get(CHANGE).await.assert_status(200);
    let copy = |title| {
        let mut fields = filled(&form, &listing(title, "1", "L"));
        fields.push(("_saveasnew", "1".to_owned()));
        fields
    };
    staff.post(CHANGE, &copy("Copy")).await.assert_status(303);
    let page = staff.post(CHANGE, &copy("Another")).await;
    let page = page.assert_status(409);
    page.shows(["already saved as listing 2", "action=\"/admin/properties/add/\""])
        .hides(["/admin/properties/1/"]);
    staff.post(ADD, &filled(&page, &listing("Another", "1", "L"))).await.assert_status(303);
    let titles = "SELECT string_agg(title, ',' ORDER BY id) FROM property";
    assert_eq!(app.sql(titles).await, "Home 1,Copy,Another");
}
