//! Actions that even superusers may not do, and pages that only superusers may see.

use super::{NEW, change, fields, of};
use crate::harness::{App, Browser, Shows as _, spawn_app, spawn_staffed, statuses};

/// Every page about accounts that other users may want to see.
async fn pages(app: &App) -> Vec<String> {
    let mut pages: Vec<String> =
        ["/admin/users/", "/admin/users/add/", "/admin/users/history/", "/admin/logins/"]
            .map(str::to_owned)
            .into();
    for page in ["change", "password", "delete", "history", "sessions"] {
        pages.push(of(app, "ada", page).await);
        pages.push(of(app, "sam", page).await);
    }
    pages
}

/// The complete state of the accounts.
async fn state(app: &App) -> String {
    let sql = "SELECT string_agg(concat(username, email, password_hash, is_active, is_staff, is_superuser, permissions),
        ',' ORDER BY id) FROM site_user";
    app.sql(sql).await
}

#[tokio::test]
async fn only_superusers_see_accounts_and_only_a_forms_token_lets_them_change_anything() {
    let app = spawn_app().await;
    let (ada, before) = (app.staff().await, state(&app).await);
    let sam = app.staff_named("sam").await;
    let form = fields(&[
        ("username", "sam"),
        ("email", "sam@evil.example"),
        ("password1", NEW),
        ("password2", NEW),
        ("is_active", "1"),
        ("is_staff", "1"),
        ("is_superuser", "1"),
        ("permissions", "cache"),
        ("end_all", "1"),
    ]);
    for path in pages(&app).await {
        sam.get(&path).await.assert_status(403).shows(["Only superusers"]);
        let answer = sam.submit(&path, &form).await;
        assert!(matches!(answer.status, 403..=405), "{path}: {answer:?}");
        let page = app.get(&path).await.assert_status(302);
        assert!(page.header("location").starts_with("/admin/login/"), "{path}");
        let answer = app.reader.post(&path, &form).await;
        assert!(matches!(answer.status, 302 | 403..=405), "{path}: {answer:?}");
    }
    ada.get("/admin/").await.assert_status(200);
    assert!(ada.get("/admin/").await.has("href=\"/admin/users/\""));
    assert!(!sam.get("/admin/").await.has("href=\"/admin/users/\""));
    // Every form checks its token.
    let mut paths = pages(&app).await;
    paths.push("/admin/sessions/".to_owned());
    for path in paths {
        for token in ["", "wrong"] {
            let form = fields(&[("username", "sam"), ("csrf_token", token)]);
            let status = ada.post(&path, &form).await.status;
            assert!(matches!(status, 403..=405), "{path}: {status}");
        }
    }
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn fields_that_a_form_does_not_have_are_not_looked_at() {
    let app = spawn_app().await;
    let sam = app.staff_named("sam").await;
    let form = [
        ("old_password", crate::harness::PASSWORD),
        ("new_password1", NEW),
        ("new_password2", NEW),
        ("is_superuser", "1"),
        ("username", "ada"),
        ("user_id", "1"),
        ("id", "1"),
    ];
    sam.submit("/admin/password_change/", &form).await.assert_status(303);
    let superusers = "SELECT string_agg(username, ',') FROM site_user WHERE is_superuser";
    assert_eq!(app.sql(superusers).await, "ada");
    app.stranger().try_log_in("sam", NEW, "").await.assert_status(303);
    app.staff().await;
}

#[tokio::test]
async fn the_last_active_superuser_stays_one() {
    let (app, ada) = spawn_staffed(0).await;
    let before = state(&app).await;
    for left in [
        vec![("is_active", "1"), ("is_staff", "1")],
        vec![("is_staff", "1"), ("is_superuser", "1")],
        vec![],
    ] {
        let page = change(&app, &ada, "ada", &left).await.assert_status(422);
        assert!(page.has("only active superuser"), "{left:?}: {page:?}");
    }
    let page = ada.press(&of(&app, "ada", "delete").await).await.assert_status(422);
    page.shows(["delete your own account"]);
    assert_eq!(state(&app).await, before);
    // Superusers who can't log in can't give rights back, so they don't count.
    app.sql("UPDATE site_user SET is_superuser = true WHERE username IN ('ina', 'vic')").await;
    change(&app, &ada, "ada", &[("is_active", "1"), ("is_staff", "1")]).await.assert_status(422);
    app.sql("UPDATE site_user SET is_superuser = true WHERE username = 'sam'").await;
    change(&app, &ada, "ada", &[("is_active", "1"), ("is_staff", "1")]).await.assert_status(303);
    ada.get("/admin/users/").await.assert_status(403);
}

const HOLD: &str = "SELECT FROM site_user WHERE is_superuser FOR UPDATE";

#[tokio::test]
async fn two_superusers_who_take_each_others_rights_at_once_leave_one() {
    let app = spawn_app().await;
    app.sql("UPDATE site_user SET is_superuser = true WHERE username = 'sam'").await;
    let (ada, sam) = (app.staff().await, app.staff_named("sam").await);
    let form = |name: &str| fields(&[("username", name), ("is_active", "1"), ("is_staff", "1")]);
    let send = async |browser: &Browser, name: &str| {
        let (path, mut form) = (of(&app, name, "change").await, form(name));
        form.push(("csrf_token", browser.csrf_token().await));
        (path, form)
    };
    let (first, second) = (send(&ada, "sam").await, send(&sam, "ada").await);
    let requests =
        futures_util::future::join(ada.post(&first.0, &first.1), sam.post(&second.0, &second.1));
    let (first, second) = app.database.held_up(HOLD, 2, "COMMIT", requests).await;
    assert_eq!(statuses([&first, &second]), [303, 403]);
    let left = "SELECT count(*) FROM site_user WHERE is_superuser AND is_active AND is_staff";
    assert_eq!(app.sql(left).await, "1");
}

#[tokio::test]
async fn a_superuser_whose_rights_go_while_a_form_is_on_its_way_changes_nothing() {
    let (app, ada) = spawn_staffed(0).await;
    app.sql("UPDATE site_user SET is_superuser = true WHERE username = 'sam'").await;
    let (path, token) = (of(&app, "sam", "delete").await, ada.csrf_token().await);
    let demotion = "UPDATE site_user SET is_superuser = false WHERE username = 'ada'";
    let form = [("csrf_token", &token)];
    app.database.held_up(demotion, 1, "COMMIT", ada.post(&path, &form)).await.assert_status(403);
    assert_eq!(app.sql("SELECT count(*) FROM site_user WHERE username = 'sam'").await, "1");
}
