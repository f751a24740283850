//! The link in each mail: what it shows, and what its buttons do.

use super::{ask, spawn};
use crate::harness::{App, MailServer};

const STATE: &str = "SELECT coalesce(string_agg(state || ' ' || frequency, ','), '') FROM alert";

/// The link to an alert that is not confirmed yet.
async fn link(app: &App, server: &MailServer) -> String {
    ask(app, ("zoe@homes.example", "daily", "location=Leith"), "10.0.0.1").await;
    server.has(1).await[0].link("/alerts/")
}

#[tokio::test]
async fn an_alert_is_confirmed_changed_paused_resumed_and_deleted() {
    let (app, server) = spawn().await;
    let link = link(&app, &server).await;
    assert_eq!(app.sql(STATE).await, "unconfirmed daily");
    for (action, frequency, state, says) in [
        ("confirm", "weekly", "active weekly", "This alert is active"),
        ("save", "instant", "active instant", "This alert is active"),
        ("pause", "", "paused instant", "This alert is paused"),
        ("save", "daily", "paused daily", "This alert is paused"),
        ("resume", "daily", "active daily", "This alert is active"),
    ] {
        let done = app.reader.post(&link, &[("action", action), ("frequency", frequency)]).await;
        assert_eq!(done.assert_status(303).header("location"), link);
        assert_eq!(app.sql(STATE).await, state);
        let page = app.get(&link).await.assert_status(200);
        assert!(
            page.has(says)
                && page.has("Leith")
                && page.has("zoe@homes.example") != says.contains("paused"),
            "{page:?}"
        );
    }
    app.reader.post(&link, &[("action", "other")]).await.assert_status(400);
    let wrong = [("action", "save"), ("frequency", "hourly")];
    app.reader.post(&link, &wrong).await.assert_status(400);
    let end = app.reader.post(&link, &[("action", "delete")]).await.assert_status(200);
    assert!(end.has("The alert was deleted"));
    assert_eq!(app.sql(STATE).await, "");
    assert!(app.get(&link).await.assert_status(404).has("This alert was deleted"));
}

#[tokio::test]
async fn opening_a_link_changes_nothing() {
    let (app, server) = spawn().await;
    let link = link(&app, &server).await;
    let row = "SELECT alert::text FROM alert";
    let before = app.sql(row).await;
    for path in [link.clone(), format!("{link}?action=confirm&List-Unsubscribe=One-Click")] {
        app.get(&path).await.assert_status(200);
    }
    assert_eq!(app.sql(row).await, before);
}

#[tokio::test]
async fn one_click_in_a_mail_program_ends_an_alert() {
    let parts = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    for (kind, body) in [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=x", parts),
    ] {
        let (app, server) = spawn().await;
        let link = link(&app, &server).await;
        app.reader.post(&link, &[("action", "confirm")]).await.assert_status(303);
        let click = || {
            let request = app.reader.request(reqwest::Method::POST, &link);
            // From wherever the mail is read.
            let request = request.header("origin", "https://mail.example");
            app.reader.send(request.header("content-type", kind).body(body))
        };
        click().await.assert_status(200);
        assert_eq!(app.sql(STATE).await, "");
        click().await.assert_status(200);
    }
}

#[tokio::test]
async fn a_wrong_link_is_a_friendly_404_that_says_the_same_of_every_alert() {
    let (app, server) = spawn().await;
    let link = link(&app, &server).await;
    let id = app.sql("SELECT id FROM alert").await;
    let other = link.replacen(&format!("/{id}-"), "/999-", 1);
    let cut = format!("{}/", &link[..link.len() - 4]);
    for wrong in [&*other, &cut, "/alerts/x/", "/alerts/1-0-AA/", "/alerts/-/", "/alerts/x-y/"] {
        let page = app.get(wrong).await.assert_status(404);
        assert!(
            page.has("This link is not valid") && page.has("All listings"),
            "{wrong}: {page:?}"
        );
        app.reader.post(wrong, &[("action", "delete")]).await.assert_status(404);
    }
    assert_eq!(app.sql(STATE).await, "unconfirmed daily");
}
