//! A new password by mail.

use super::{forget, spawn_mailing};
use crate::harness::{App, Behaviour, MailServer, PASSWORD, Page, spawn_app, until};

const NEW: &str = "another horse battery";
const LEFT: &str = "SELECT count(*) FROM job WHERE period IS NULL";

async fn link_of(server: &MailServer, count: usize) -> String {
    server.has(count).await[count - 1].link("/admin/reset/")
}

/// Follows a link, and chooses a password.
async fn choose(app: &App, link: &str, password: &str) -> Page {
    let browser = app.stranger();
    let form = browser.get(link).await.assert_status(200);
    let token = form.field("csrf_token");
    let fields =
        [("csrf_token", &*token), ("new_password1", password), ("new_password2", password)];
    browser.post(link, &fields).await
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_ends_the_sessions() {
    let server = MailServer::start(Behaviour::Takes);
    let app = spawn_mailing(&server).await;
    let staff = app.staff_named("sam").await;
    assert!(app.get("/admin/login/").await.has("/admin/password_reset/"));
    assert_eq!(forget(&app, " SAM@Homes.example ").await, 303);
    let mail = &server.has(1).await[0];
    assert_eq!(
        (&*mail.to[0], &*mail.header("Subject")),
        ("sam@homes.example", "Password reset on Property Listings")
    );
    assert!(mail.text().contains("http://homes.example/admin/reset/"), "{}", mail.text());
    let link = link_of(&server, 1).await;
    choose(&app, &link, "short").await.assert_status(422);
    staff.get("/admin/").await.assert_status(200);
    let set = choose(&app, &link, NEW).await.assert_status(303);
    assert_eq!(set.header("location"), "/admin/reset/done/");
    assert!(app.get("/admin/reset/done/").await.has("Your password has been set."));
    staff.get("/admin/").await.assert_status(302);
    app.stranger().try_log_in("sam", PASSWORD, "").await.assert_status(422);
    app.stranger().try_log_in("sam", NEW, "").await.assert_status(303);
    assert!(app.get(&link).await.has("The password reset link was invalid"));
}

#[tokio::test]
async fn a_link_is_void_after_a_login_another_password_an_hour_or_any_change_to_it() {
    let server = MailServer::start(Behaviour::Takes);
    let app = spawn_mailing(&server).await;
    forget(&app, "ada@homes.example").await;
    let link = link_of(&server, 1).await;
    assert!(app.get(&link).await.has("new_password1"));
    let id = app.sql("SELECT id FROM site_user WHERE username = 'sam'").await;
    let of_ada = app.sql("SELECT id FROM site_user WHERE username = 'ada'").await;
    let other = link.replace(&format!("/reset/{of_ada}/"), &format!("/reset/{id}/"));
    let earlier = link.replacen('-', "0-", 1);
    for wrong in [&*other, &earlier, "/admin/reset/1/x/", "/admin/reset/999999999999999999/0-AA/"] {
        assert!(app.get(wrong).await.has("The password reset link was invalid"), "{wrong}");
    }
    app.staff().await;
    assert!(app.get(&link).await.has("The password reset link was invalid"));
    // A mail that a worker sends late.
    let late = "INSERT INTO job (kind, payload) SELECT 'mail', jsonb_build_object('message_id', '<late@homes.example>',
        'letter', 'password_reset', 'user', id, 'at', now() - interval '61 minutes') FROM site_user WHERE username = 'ada'";
    app.sql(late).await;
    let link = link_of(&server, 2).await;
    assert!(app.get(&link).await.has("The password reset link was invalid"));
}

#[tokio::test]
async fn an_unknown_address_gets_the_same_answer_and_no_mail() {
    let server = MailServer::start(Behaviour::Takes);
    let app = spawn_mailing(&server).await;
    // `ina` is inactive, and `vic` is not staff.
    for email in
        ["nobody@homes.example", "ina@homes.example", "vic@homes.example", "ada@homes.example"]
    {
        assert_eq!(forget(&app, email).await, 303, "{email}");
    }
    server.has(1).await;
    until("no job is left", async || app.sql(LEFT).await == "0").await;
    assert_eq!(server.mails().len(), 1);
    for wrong in ["", "nobody", "a@b\r\nBcc: eve@evil.example"] {
        assert_eq!(forget(&app, wrong).await, 422, "{wrong}");
    }
}

#[tokio::test]
async fn requests_are_limited_by_address_and_by_client() {
    let server = MailServer::start(Behaviour::Takes);
    let app = spawn_mailing(&server).await;
    for _ in 0..10 {
        assert_eq!(forget(&app, "ada@homes.example").await, 303);
    }
    assert_eq!(forget(&app, "sam@homes.example").await, 429);
    server.has(3).await;
    until("no job is left", async || app.sql(LEFT).await == "0").await;
    assert_eq!(server.mails().len(), 3);
}

#[tokio::test]
async fn another_sites_page_can_send_nothing() {
    let server = MailServer::start(Behaviour::Takes);
    let app = spawn_mailing(&server).await;
    let fields = [("email", "ada@homes.example"), ("csrf_token", "x")];
    app.reader.post("/admin/password_reset/", &fields).await.assert_status(403);
}

#[tokio::test]
async fn without_mail_there_are_no_such_pages() {
    let app = spawn_app().await;
    for path in [
        "/admin/password_reset/",
        "/admin/password_reset/done/",
        "/admin/reset/1/x/",
        "/admin/reset/done/",
    ] {
        app.get(path).await.assert_status(404);
    }
    assert!(!app.get("/admin/login/").await.has("password_reset"));
}
