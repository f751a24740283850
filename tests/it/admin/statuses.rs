//! The status of listings: changed and changed back with one click, and changed for many at once.

use crate::harness::{Shows as _, spawn_staffed};

const LIST: &str = "/admin/properties/";

#[tokio::test]
async fn one_click_changes_a_status_and_one_click_changes_it_back() {
    let (app, staff) = spawn_staffed(3).await;
    let list = staff.get(LIST).await.assert_status(200);
    list.shows(["formaction=\"/admin/properties/2/status/\"", "value=\"pending\""]);
    let path = "/admin/properties/2/status/";
    let done =
        staff.submit(path, &[("set_status", "pending"), ("_changelist_filters", "q=home")]).await;
    assert_eq!(done.assert_status(303).header("location"), "/admin/properties/?q=home");
    let said = staff.get(LIST).await;
    said.shows(["The status of “Home 2” is now “Under offer”.", "Undo"]);
    assert_eq!(app.sql("SELECT status FROM property WHERE id = 2").await, "pending");
    assert_eq!(said.field("set_status"), "active");
    staff.submit(path, &[("set_status", "active")]).await.assert_status(303);
    assert_eq!(app.sql("SELECT status FROM property WHERE id = 2").await, "active");
    let again = staff.submit(path, &[("set_status", "active"), ("_listing", "1")]).await;
    assert_eq!(again.assert_status(303).header("location"), "/admin/properties/2/change/");
    staff.get(LIST).await.shows(["already had the status “Active”"]);
    let history = "SELECT string_agg(after ->> 'status', ' ' ORDER BY id) FROM history";
    assert_eq!(app.sql(history).await, "pending active");
}

#[tokio::test]
async fn a_status_that_is_none_is_refused_by_name_and_a_listing_that_is_gone_is_not_found() {
    let (app, staff) = spawn_staffed(1).await;
    for status in ["", "sold", "ACTIVE"] {
        let refused = staff.submit("/admin/properties/1/status/", &[("set_status", status)]).await;
        refused.assert_status(400);
    }
    staff
        .submit("/admin/properties/9/status/", &[("set_status", "draft")])
        .await
        .assert_status(404);
    assert_eq!(app.database.changes().await, "0");
}

#[tokio::test]
async fn the_list_of_staff_has_every_status_and_can_be_limited_to_one() {
    let (app, staff) = spawn_staffed(5).await;
    app.sql("UPDATE property SET status = (ARRAY['draft', 'active', 'pending', 'closed', 'withdrawn'])[id]").await;
    let all = staff.get(LIST).await.assert_status(200);
    all.shows(["5 listings", "Draft", "Under offer", "Sold or let", "Withdrawn"]);
    for (status, label, home) in [
        ("draft", "Draft", "Home 1"),
        ("closed", "Sold or let", "Home 4"),
        ("active", "Active", "Home 2"),
    ] {
        let one = staff.get(&format!("{LIST}?status={status}")).await.assert_status(200);
        one.shows(["1 listing found", &format!("Status: <bdi>{label}</bdi>"), home]);
    }
    staff
        .get(&format!("{LIST}?status=sold"))
        .await
        .assert_status(400)
        .shows(["“sold” is not a status"]);
}

#[tokio::test]
async fn the_status_of_many_listings_is_changed_after_a_question() {
    let (app, staff) = spawn_staffed(6).await;
    let chosen = [
        ("action", "set_status_selected"),
        ("select_across", "1"),
        ("_changelist_filters", "location=Leith"),
    ];
    let question = staff.submit(LIST, &chosen).await.assert_status(200);
    question
        .shows(["Change the status of 3 listings", "The history records the old status of each"]);
    let expected = question.field("expected");
    let mut yes = chosen.to_vec();
    yes.extend([("post", "yes"), ("expected", expected.as_str())]);
    let again = staff.submit(LIST, &yes).await.assert_status(422);
    again.shows(["Nothing was changed.", "id=\"status-error\""]);
    yes.push(("status", "withdrawn"));
    staff.submit(LIST, &yes).await.assert_status(303);
    staff.get(LIST).await.shows(["Set the status of 3 listings to “Withdrawn”."]);
    let left = "SELECT string_agg(DISTINCT location, ' ') FROM property WHERE status = 'active'";
    assert_eq!(app.sql(left).await, "Joppa");
    app.get("/properties/?format=json").await.shows(["\"count\":3"]);
    assert_eq!(app.sql("SELECT DISTINCT note FROM history").await, "status set to “Withdrawn”");
}
