//! Who can log in.

use crate::harness::{App, PASSWORD, spawn_app, spawn_homes};

#[tokio::test]
async fn staff_with_the_right_password_enter_and_everybody_else_is_refused_in_the_same_words() {
    let app = spawn_app().await;
    for name in ["ada", "sam"] {
        let browser = app.stranger();
        let page = browser.try_log_in(name, PASSWORD, "").await.assert_status(303);
        assert_eq!(page.header("location"), "/admin/");
        assert!(browser.get("/admin/").await.assert_status(200).has(name));
    }
    // All other users are refused.
    let mut answers = Vec::new();
    for (name, password) in
        [("ada", "wrong password"), ("nobody", PASSWORD), ("ina", PASSWORD), ("vic", PASSWORD)]
    {
        let browser = app.stranger();
        let page = browser.try_log_in(name, password, "").await.assert_status(422);
        assert_eq!(page.field("username"), name);
        assert!(!page.has(password), "the password is shown");
        assert!(!browser.cookies().contains("sessionid"), "{name}");
        browser.get("/admin/").await.assert_status(302);
        let token = page.field("csrf_token");
        answers.push(page.text().replace(&token, "").replace(&format!("\"{name}\""), ""));
        app.sql("DELETE FROM login_failure").await;
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    // Empty or unusual names and passwords are refused, too.
    for (name, password) in [("", ""), ("ada", ""), ("ada\0", PASSWORD), ("ADA", PASSWORD)] {
        app.stranger().try_log_in(name, password, "").await.assert_status(422);
        app.sql("DELETE FROM login_failure").await;
    }
    let long = "x".repeat(100_000);
    app.stranger().try_log_in(&long, &long, "").await.assert_status(422);
}

async fn fail(app: &App, name: &str, times: u32) {
    for _ in 0..times {
        app.stranger().try_log_in(name, "wrong password", "").await.assert_status(422);
    }
}

#[tokio::test]
async fn the_sixth_attempt_in_a_minute_is_put_off_unless_a_login_succeeded_before_it() {
    let app = spawn_app().await;
    fail(&app, "ada", 5).await;
    for password in ["wrong password", PASSWORD] {
        let page = app.stranger().try_log_in("ada", password, "").await;
        let page = page.assert_status(429);
        let wait: u64 = page.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&wait), "{wait}");
    }
    // The limit applies to the client's address, for every account.
    app.stranger().try_log_in("sam", PASSWORD, "").await.assert_status(429);
    app.sql("UPDATE login_failure SET at = at - interval '61 seconds'").await;
    app.stranger().try_log_in("ada", PASSWORD, "").await.assert_status(303);
    // A successful login deletes the failures before it.
    app.sql("DELETE FROM login_failure").await;
    for _ in 0..3 {
        fail(&app, "ada", 4).await;
        app.stranger().try_log_in("ada", PASSWORD, "").await.assert_status(303);
    }
}

#[tokio::test]
async fn a_login_leads_on_to_where_it_was_asked_for_and_never_to_another_site() {
    let app = spawn_app().await;
    let asked = app.get("/admin/properties/?q=a+b").await.assert_status(302);
    let login = asked.header("location").to_owned();
    assert_eq!(login, "/admin/login/?next=%2Fadmin%2Fproperties%2F%3Fq%3Da%2Bb");
    assert_eq!(app.stranger().get(&login).await.field("next"), "/admin/properties/?q=a+b");
    for (next, want) in [
        ("/admin/properties/?q=a+b", "/admin/properties/?q=a+b"),
        ("https://evil.example/", "/admin/"),
        ("//evil.example/", "/admin/"),
        ("/\\evil.example/", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("/admin/\r\nSet-Cookie: a=b", "/admin/"),
        ("", "/admin/"),
    ] {
        let page = app.stranger().try_log_in("ada", PASSWORD, next).await;
        assert_eq!(page.assert_status(303).header("location"), want, "{next:?}");
    }
    let inside = app.staff().await.get("/admin/login/?next=//evil.example").await;
    assert_eq!(inside.assert_status(303).header("location"), "/admin/");
}

#[tokio::test]
async fn every_page_of_the_admin_asks_for_a_login() {
    let app = spawn_homes(1).await;
    for path in [
        "/admin/",
        "/admin/properties/",
        "/admin/properties/add/",
        "/admin/properties/1/change/",
        "/admin/properties/1/delete/",
        "/admin/properties/1/history/",
        "/admin/password_change/",
    ] {
        let page = app.get(path).await.assert_status(302);
        assert!(page.header("location").starts_with("/admin/login/?next=%2Fadmin%2F"));
    }
    for path in [
        "/admin/properties/",
        "/admin/properties/add/",
        "/admin/properties/1/change/",
        "/admin/properties/1/delete/",
        "/admin/password_change/",
        "/admin/logout/",
    ] {
        let page = app.reader.post(path, &[("title", "x")]).await;
        assert!(matches!(page.status, 302 | 403), "{path}: {page:?}");
    }
    assert_eq!(app.database.listings().await, "1");
}
