//! The login audit.

use super::id;
use crate::harness::{PASSWORD, Shows as _, spawn_app, spawn_staffed};

#[tokio::test]
async fn logins_refusals_and_logouts_are_noted_with_name_address_and_browser() {
    let (app, ada) = spawn_staffed(0).await;
    app.staff_named("sam").await.log_out().await.assert_status(303);
    app.stranger().try_log_in(" SAM\u{1b}x ", "wrong password", "").await.assert_status(422);
    app.stranger().try_log_in(&"x".repeat(5000), "wrong password", "").await.assert_status(422);
    let page = ada.get("/admin/logins/").await.assert_status(200);
    page.shows(["Logged in", "Logged out", "Refused", "SAM�x", "127.0.0.1"])
        .shows([&"x".repeat(150)])
        .hides([&"x".repeat(151)]);
    let kinds = "SELECT string_agg(kind, ' ' ORDER BY id) FROM login_event";
    assert_eq!(app.sql(kinds).await, "login login logout failure failure");
    assert!(
        !app.sql("SELECT string_agg(login_event::text, '') FROM login_event")
            .await
            .contains("wrong")
    );
}

#[tokio::test]
async fn the_audit_is_filtered_and_read_page_by_page() {
    let (app, ada) = spawn_staffed(0).await;
    app.sql(
            "INSERT INTO login_event (kind, username, address)
             SELECT CASE n % 2 WHEN 0 THEN 'login' ELSE 'failure' END, 'user' || n, '192.0.2.' || n % 3
             FROM generate_series(1, 250) AS n",
        )
        .await;
    let (mut path, mut seen) = ("/admin/logins/".to_owned(), 0);
    loop {
        let page = ada.get(&path).await.assert_status(200);
        seen += page.text().matches("<bdi>user").count();
        let Some((_, next)) = page.text().split_once("rel=\"next\" href=\"") else {
            break;
        };
        let next = next.split('"').next().expect("closed").replace("&#38;", "&");
        path = format!("/admin/logins/{next}");
    }
    assert_eq!(seen, 250);
    ada.get("/admin/logins/?kind=failure&address=192.0.2.1&username=USER1")
        .await
        .assert_status(200)
        .shows(["<bdi>user1</bdi>", "<bdi>user13</bdi>"])
        .hides(["<bdi>user3</bdi>", "<bdi>user10</bdi>"]);
    assert!(ada.get("/admin/logins/?username=%25").await.has("No logins match"));
    for query in ["?kind=x", "?before=x", "?username=%00"] {
        ada.get(&format!("/admin/logins/{query}")).await.assert_status(400);
    }
}

#[tokio::test]
async fn one_sees_ones_own_logins_also_those_that_failed_and_nobody_elses() {
    let app = spawn_app().await;
    app.stranger().try_log_in("sam", "wrong password", "").await.assert_status(422);
    app.stranger().try_log_in("ada", "wrong password", "").await.assert_status(422);
    let page = app.staff_named("sam").await.get("/admin/sessions/").await.assert_status(200);
    page.shows(["Refused", "Logged in"]).hides(["<bdi>ada</bdi>"]);
}

#[tokio::test]
async fn the_audit_forgets_after_ninety_days_and_outlives_accounts() {
    let app = spawn_app().await;
    app.sql("INSERT INTO login_event (kind, username, at) VALUES ('login', 'old', now() - interval '91 days')")
        .await;
    let ada = app.staff().await;
    assert!(!ada.get("/admin/logins/").await.has("<bdi>old</bdi>"));
    app.staff_named("sam").await;
    let sam = id(&app, "sam").await;
    ada.press(&format!("/admin/users/{sam}/delete/")).await.assert_status(303);
    ada.get("/admin/logins/").await.assert_status(200).shows(["<bdi>sam</bdi>"]);
}

#[tokio::test]
async fn a_flood_of_attempts_leaves_few_rows() {
    let app = spawn_app().await;
    let attempts = (0..30).map(|n| {
        let browser = app.stranger();
        let name = format!("nobody{n}");
        async move { browser.try_log_in(&name, PASSWORD, "").await.status }
    });
    let statuses = futures_util::future::join_all(attempts).await;
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 25, "{statuses:?}");
    let noted = "SELECT count(*) || ' ' || sum(attempts) FROM login_event WHERE kind = 'throttled'";
    assert_eq!(app.sql(noted).await, "1 25");
}
