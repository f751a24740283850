//! Where staff are redirected after a login, an error, or an action.

use crate::harness::{PASSWORD, Shows as _, listing, spawn_app, spawn_homes, spawn_staffed};

#[tokio::test]
async fn a_login_form_leads_on_to_a_page_and_says_what_was_done_before_it_in_words_of_its_own() {
    let app = spawn_app().await;
    for (path, want) in [
        ("/admin/logout/", "/admin/"),
        ("/admin/properties/7/restore/", "/admin/properties/"),
        ("/admin/properties/7/change/", "/admin/properties/7/change/"),
    ] {
        let stranger = app.stranger();
        let asked = stranger.post_empty(path).await.assert_status(302);
        let form = stranger.get(asked.header("location")).await;
        let next = form.field("next");
        assert_eq!(next, want, "{path}");
        let page = stranger.try_log_in("ada", PASSWORD, &next).await;
        assert_eq!(page.assert_status(303).header("location"), want);
    }
    let (ada, sam) = (app.staff().await, app.staff_named("sam").await);
    let new = "another horse battery";
    let change = [
        ("old_password", PASSWORD.to_owned()),
        ("new_password1", new.to_owned()),
        ("new_password2", new.to_owned()),
    ];
    let changed = sam.submit("/admin/password_change/", &change).await;
    let left = ada.log_out().await;
    for (page, text) in [(changed, "Your password was changed."), (left, "You are logged out.")] {
        let form = app.get(page.assert_status(303).header("location")).await.assert_status(200);
        form.shows([format!("role=\"status\">{text}")]);
    }
    for done in ["", "Send+ada+your+password", "<b>"] {
        app.get(&format!("/admin/login/?done={done}")).await.hides(["role=\"status\""]);
    }
}

#[tokio::test]
async fn an_error_page_of_the_admin_leads_back_there() {
    let (app, staff) = spawn_staffed(0).await;
    let back = "<a class=\"button\" href=\"/admin/\">Back to administration</a>";
    for path in ["/admin/nowhere/", "/admin/users/999/change/"] {
        staff.get(path).await.assert_status(404).shows([back]);
    }
    for _ in 0..5 {
        app.stranger().try_log_in("sam", "wrong", "").await;
    }
    assert!(app.stranger().try_log_in("sam", PASSWORD, "").await.assert_status(429).has(back));
    app.get("/properties/99/").await.assert_status(404).hides([back]);
}

#[tokio::test]
async fn a_value_that_the_database_refuses_is_named_also_where_no_field_is_shown_again() {
    let app = spawn_homes(1).await;
    app.sql(
        "ALTER TABLE property ADD CONSTRAINT property_location_is_near CHECK (location <> 'Far')",
    )
    .await;
    let staff = app.staff().await;
    let fields = [
        ("action", "move_selected"),
        ("post", "yes"),
        ("_selected_action", "1"),
        ("expected", "1"),
        ("location", "Far"),
    ];
    let page = staff.submit("/admin/properties/", &fields).await;
    page.assert_status(400).shows(["the value of “location”"]).hides(["on our side"]);
}

#[tokio::test]
async fn of_many_messages_the_latest_twenty_wait() {
    let (_app, staff) = spawn_staffed(0).await;
    let token = staff.csrf_token().await;
    for n in 1..=22 {
        let mut fields = listing(&format!("Home {n}"), "1", "Leith").fields();
        fields.push(("csrf_token", token.clone()));
        staff.post("/admin/properties/add/", &fields).await.assert_status(303);
    }
    let page = staff.get("/admin/password_change/").await;
    for n in 1..=22 {
        assert_eq!(page.has(&format!("“Home {n}” was added.")), n > 2, "{n}: {page:?}");
    }
    staff.get("/admin/password_change/").await.hides(["was added"]);
}
