//! Forms and lists of accounts: what they keep, and what they say about changes that others made meanwhile.

use super::{NEW, add, change, fields, of};
use crate::harness::{Shows as _, spawn_staffed};

#[tokio::test]
async fn an_account_that_was_deleted_while_it_was_edited_is_added_anew_with_what_was_typed() {
    let (app, ada) = spawn_staffed(0).await;
    let path = of(&app, "sam", "change").await;
    let form = ada.get(&path).await.assert_status(200);
    app.sql("DELETE FROM site_user WHERE username = 'sam'").await;
    let mut typed = fields(&[
        ("username", "samantha"),
        ("email", "typed@homes.example"),
        ("version", &form.field("version")),
        ("is_active", "1"),
        ("is_staff", "1"),
        ("permissions", "delete"),
    ]);
    let page = ada.submit(&path, &typed).await.assert_status(409);
    page.shows(["deleted this account while"]);
    page.holds([("username", "samantha"), ("email", "typed@homes.example")]);
    page.shows(["value=\"delete\" checked", "action=\"/admin/users/add/\""]);
    typed.extend(fields(&[("password1", NEW), ("password2", NEW)]));
    ada.submit("/admin/users/add/", &typed).await.assert_status(303);
    let email = "SELECT email FROM site_user WHERE username = 'samantha'";
    assert_eq!(app.sql(email).await, "typed@homes.example");
}

#[tokio::test]
async fn what_somebody_else_made_of_an_account_meanwhile_is_shown_beside_what_was_typed() {
    let (app, ada) = spawn_staffed(0).await;
    let path = of(&app, "sam", "change").await;
    app.sql("UPDATE site_user SET is_superuser = true WHERE username = 'sam'").await;
    let version = ada.get(&path).await.field("version");
    change(&app, &ada, "sam", &[("is_active", "1"), ("is_staff", "1"), ("permissions", "view")])
        .await
        .assert_status(303);
    let typed = [
        ("username", "sam"),
        ("email", "two@homes.example"),
        ("version", &version),
        ("is_active", "1"),
        ("is_staff", "1"),
        ("is_superuser", "1"),
    ];
    let page = ada.submit(&path, &typed).await.assert_status(409);
    page.shows([
        "Email</a>. Now: nothing. In your form: <bdi>two@homes.example</bdi>",
        "Superuser</a>. Now: <bdi>No</bdi>. In your form: <bdi>Yes</bdi>",
        "Permissions</a>. Now: <bdi>view</bdi>. In your form: nothing",
    ]);
    for same in ["Username", "Active", "Staff"] {
        assert!(!page.has(&format!("{same}</a>. Now")), "{same}: {page:?}");
    }
}

#[tokio::test]
async fn the_list_of_users_comes_back_as_it_was_left() {
    let (app, ada) = spawn_staffed(0).await;
    let (path, deletion) = (of(&app, "sam", "change").await, of(&app, "sam", "delete").await);
    let kept = "?_changelist_filters=q%3Da%26role%3Dstaff";
    let list = ada.get("/admin/users/?role=staff&q=a&page=1").await;
    list.shows([format!("href=\"{path}{kept}\"")])
        .shows([format!("href=\"/admin/users/add/{kept}\"")]);
    let form = ada.get(&format!("{path}{kept}")).await.assert_status(200);
    let state = form.field("_changelist_filters");
    assert_eq!(state, "q=a&role=staff");
    form.shows([format!("href=\"{deletion}{kept}\"")]);
    let asked = ada.get(&format!("{deletion}{kept}")).await;
    asked.shows([format!("href=\"{path}{kept}\"")]);
    assert_eq!(asked.field("_changelist_filters"), state);
    let added = ada.get(&format!("/admin/users/add/{kept}")).await;
    assert_eq!(added.field("_changelist_filters"), state);
    let back = "/admin/users/?q=a&role=staff";
    let ticked = |more: &[(&'static str, &str)]| {
        let mut form = fields(&[("username", "sam"), ("is_active", "1"), ("is_staff", "1")]);
        form.extend(fields(more));
        form
    };
    for (more, want) in [
        (&[("_changelist_filters", &*state)][..], back),
        (&[("_changelist_filters", &state), ("_continue", "1")], &format!("{path}{kept}")),
        (
            &[("_changelist_filters", &state), ("_addanother", "1")],
            &format!("/admin/users/add/{kept}"),
        ),
        (&[("_changelist_filters", "https://evil.example/")], "/admin/users/"),
    ] {
        let page = ada.submit(&path, &ticked(more)).await.assert_status(303);
        assert_eq!(page.header("location"), want, "{more:?}");
    }
    let form = fields(&[("_changelist_filters", &state)]);
    assert_eq!(ada.submit(&deletion, &form).await.assert_status(303).header("location"), back);
}

#[tokio::test]
async fn a_page_of_the_users_is_no_search() {
    let (app, ada) = spawn_staffed(0).await;
    app.sql("INSERT INTO site_user (username, password_hash) SELECT 'user' || n, '!' FROM generate_series(1, 60) AS n")
        .await;
    let page = ada.get("/admin/users/?page=2").await.assert_status(200);
    page.shows(["64 users</h1>"]).hides(["Show all users"]);
    ada.get("/admin/users/?q=user&page=2").await.shows(["60 users found</h1>", "Show all users"]);
}

#[tokio::test]
async fn a_refused_search_or_password_is_told_of_in_the_title_and_keeps_what_was_typed() {
    let (app, ada) = spawn_staffed(0).await;
    let long = "x".repeat(151);
    for (path, wrong, right) in [
        (
            format!("/admin/users/?q={long}&role=staff&active=no"),
            "q",
            &["value=\"staff\" selected", "value=\"no\" selected"][..],
        ),
        (
            format!("/admin/logins/?username={long}&address=%3A%3A1&kind=failure"),
            "username",
            &["value=\"::1\"", "value=\"failure\" selected"],
        ),
    ] {
        let page = ada.get(&path).await.assert_status(400);
        page.shows([format!("value=\"{long}\"")]);
        let mark = format!("aria-invalid=\"true\" aria-describedby=\"{wrong}-error\"");
        page.shows([&mark]).shows([format!("id=\"{wrong}-error\"")]);
        for kept in right {
            assert!(page.has(kept), "{kept}: {page:?}");
        }
        page.shows(["<title>Please correct: "]).hides(["No users match", "No logins match"]);
    }
    for path in ["/admin/users/?q=sam&page=0", "/admin/logins/?username=sam&before=x"] {
        ada.get(path).await.assert_status(400).shows(["value=\"sam\"", "role=\"alert\""]);
    }
    // The same applies to a password.
    add(&ada, "grace", &[]).await.assert_status(303);
    for (path, field) in [
        ("/admin/password_change/", "new_password1"),
        (&of(&app, "grace", "password").await, "password1"),
    ] {
        let form = [("old_password", crate::harness::PASSWORD), (field, "1")];
        let page = ada.submit(path, &form).await.assert_status(422);
        page.shows(["<title>Please correct: "]);
        let (_, above) = page.text().split_once("role=\"alert\"").expect("an alert");
        assert!(above.contains(&format!("<a href=\"#{field}\">")), "{page:?}");
    }
}

#[tokio::test]
async fn a_change_of_an_account_in_ones_own_other_tab_is_not_said_to_be_anothers() {
    let (app, ada) = spawn_staffed(0).await;
    let path = of(&app, "sam", "change").await;
    let version = ada.get(&path).await.field("version");
    change(&app, &ada, "sam", &[("is_active", "1"), ("is_staff", "1")]).await.assert_status(303);
    let typed = fields(&[("username", "sam"), ("version", &version)]);
    let page = ada.submit(&path, &typed).await.assert_status(409);
    page.shows(["You changed this account in another tab or window while"]);

    let version = ada.get(&path).await.field("version");
    app.sql("UPDATE site_user SET email = 'sam@homes.example' WHERE username = 'sam'").await;
    let typed = fields(&[("username", "sam"), ("version", &version)]);
    ada.submit(&path, &typed).await.assert_status(409).shows(["“database user"]);
}
