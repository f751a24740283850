//! Managing accounts in a real browser, with and without scripts, with the keyboard, and accessibly.

use serde_json::json;

use crate::harness::{
    Chromium, Key, Motion, Theme, are_seen, spawn_app, until, with_and_without_scripts,
};

const NEW: &str = "nanoseconds of wire";

/// Clicks, and returns when the page contains a text. The URL may stay the same.
async fn click_until(chromium: &Chromium, css: &str, words: &str) {
    chromium.click(css).await;
    let shown = "return document.readyState === 'complete' && !!document.querySelector('main')?.innerText.includes(arguments[0])";
    until(words, async || chromium.run(shown, &[json!(words)]).await == true).await;
}

async fn an_account_is_added_changed_and_deleted(chromium: &Chromium) {
    let app = spawn_app().await;
    chromium.log_in(&app).await;
    chromium.follow("nav a[href='/admin/users/']").await;
    chromium.follow("main a[href='/admin/users/add/']").await;
    chromium.fill("username", "grace").await;
    chromium.fill("email", "grace@navy.example").await;
    chromium.fill("password1", NEW).await;
    chromium.fill("password2", "another").await;
    chromium.click("#may-change").await;
    click_until(chromium, "[name=_save]", "didn’t match").await;
    assert_eq!(chromium.field("username").await, "grace");
    assert_eq!(chromium.field("password1").await, "");
    chromium.fill("password1", NEW).await;
    chromium.fill("password2", NEW).await;
    chromium.follow("[name=_save]").await;
    assert_eq!(chromium.path().await, "/admin/users/");
    let row = "tbody tr:nth-child(2)";
    assert!(chromium.text(row).await.contains("view, change"));

    // Another browser is logged in as this user, until a superuser ends the session.
    let grace = app.stranger();
    grace.try_log_in("grace", NEW, "").await.assert_status(303);
    chromium.follow(&format!("{row} a")).await;
    chromium.follow("main a[href$='/sessions/']").await;
    click_until(chromium, "button[name=end]", "No active sessions").await;
    grace.get("/admin/").await.assert_status(302);

    chromium.follow(".crumbs li:nth-child(2) a").await;
    chromium.click("#is_active").await;
    chromium.follow("[name=_save]").await;
    assert!(chromium.text(row).await.contains("No"));
    chromium.follow(&format!("{row} a")).await;
    chromium.follow("main a[href$='/delete/']").await;
    chromium.follow("main form button").await;
    assert_eq!(chromium.texts("tbody tr").await.len(), 4);
    chromium.follow("main a[href='/admin/users/history/']").await;
    let history = chromium.texts(".entry").await;
    assert!(history[0].contains("ada deleted grace"), "{history:#?}");
    let change = history[1].split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(change.contains("Active: yes → became no"), "{history:#?}");
}

#[tokio::test]
async fn an_account_is_managed_with_and_without_scripts() {
    with_and_without_scripts(async |chromium| {
        an_account_is_added_changed_and_deleted(chromium).await
    })
    .await;
}

#[tokio::test]
async fn the_boxes_of_the_form_are_ticked_with_the_keyboard_and_every_stop_is_seen() {
    let app = spawn_app().await;
    let chromium = Chromium::start().await;
    chromium.prefer(Theme::Light, Motion::Reduced).await;
    chromium.log_in(&app).await;
    chromium.open(&app, "/admin/users/add/").await;
    for (field, text) in [("#username", "grace"), ("#password1", NEW), ("#password2", NEW)] {
        are_seen(&chromium.tab_to(field).await);
        chromium.type_text(text).await;
    }
    for field in ["#is_staff", "#may-cache"] {
        are_seen(&chromium.tab_to(field).await);
        chromium.type_text(" ").await;
    }
    chromium.press(Key::Enter).await;
    chromium.leaves("/admin/users/add/").await;
    let sql =
        "SELECT concat(is_active, is_staff, permissions) FROM site_user WHERE username = 'grace'";
    assert_eq!(app.sql(sql).await, "tf{view,cache}");
    for path in ["/admin/users/", "/admin/sessions/", "/admin/logins/"] {
        for width in [390, 1280] {
            chromium.resize(width).await;
            chromium.open(&app, path).await;
            are_seen(&chromium.tab_through().await);
        }
    }
}

#[tokio::test]
async fn every_page_of_accounts_is_accessible() {
    let app = spawn_app().await;
    app.stranger().try_log_in("sam", "wrong password", "").await.assert_status(422);
    app.staff_named("sam").await.get("/admin/").await.assert_status(200);
    let chromium = Chromium::logged_in(&app).await;
    let id = app.sql("SELECT id FROM site_user WHERE username = 'sam'").await;
    let own = app.sql("SELECT id FROM site_user WHERE username = 'ada'").await;
    let judge = async |name: &str| {
        let widths = [320, 390, 1280];
        chromium.assert_accessible(name, &widths).await;
        for width in widths {
            chromium.assert_fits(name, width).await;
        }
    };
    for path in [
        "/admin/users/".to_owned(),
        "/admin/users/?q=zeppelin".to_owned(),
        "/admin/users/?role=god".to_owned(),
        "/admin/users/add/".to_owned(),
        "/admin/users/history/".to_owned(),
        format!("/admin/users/{id}/change/"),
        format!("/admin/users/{id}/password/"),
        format!("/admin/users/{id}/delete/"),
        format!("/admin/users/{id}/history/"),
        format!("/admin/users/{id}/sessions/"),
        format!("/admin/users/{own}/delete/"),
        "/admin/sessions/".to_owned(),
        "/admin/logins/".to_owned(),
        "/admin/logins/?kind=throttled".to_owned(),
        "/admin/password_change/".to_owned(),
    ] {
        chromium.open(&app, &path).await;
        judge(&path).await;
    }
    chromium.open(&app, "/admin/users/add/").await;
    chromium.fill("username", "b@d name!").await;
    click_until(&chromium, "[name=_save]", "Nothing was saved").await;
    judge("a refused account").await;
}
