//! The whole way in a real browser: from a list to an alert, its mail, a listing and an enquiry.

use super::{add, plan, run};
use crate::harness::{Behaviour, Chromium, MailServer, eventually};

/// Sends a form until it is not too fast for a person.
async fn send(chromium: &Chromium, done: &str) {
    eventually("the form is old enough", async || {
        chromium.submit("main form button[type=submit]").await;
        (chromium.path().await == done).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_visitor_goes_from_a_list_to_an_alert_its_mail_a_listing_and_an_enquiry() {
    let server = MailServer::start(Behaviour::Takes);
    let app = plan(&server).await.homes(3).await.start().await;
    let chromium = Chromium::start().await;
    let is_accessible = async |page: &str| chromium.assert_accessible(page, &[390, 1280]).await;
    chromium.open(&app, "/properties/?location=Leith").await;
    chromium.follow("main a[href^='/alerts/']").await;
    is_accessible("the form").await;
    for width in [320, 390] {
        chromium.assert_fits("the form", width).await;
    }
    chromium.fill("email", "zoe").await;
    chromium.submit("main form button[type=submit]").await;
    is_accessible("the refused form").await;
    chromium.fill("email", "zoe@homes.example").await;
    chromium.fill("frequency", "instant").await;
    send(&chromium, "/alerts/done/").await;
    is_accessible("the confirmation").await;

    let link = server.has(1).await[0].link("/alerts/");
    chromium.open(&app, &link).await;
    is_accessible("the link").await;
    chromium.submit("button[value=confirm]").await;
    assert!(chromium.text("main [role=status]").await.contains("This alert is active"));
    is_accessible("an active alert").await;
    chromium.assert_fits("an active alert", 320).await;

    app.sql(&add("", "'Right', 'D', 450000, 'Leith'")).await;
    run(&app).await;
    let listing = server.has(2).await[1].link("/properties/");
    chromium.open(&app, &listing).await;
    assert_eq!(chromium.text("h1").await, "Right");
    chromium.follow("main a[href$='/enquire/']").await;
    chromium.fill("name", "Zoë").await;
    chromium.fill("email", "zoe@homes.example").await;
    chromium.fill("message", "Is it free?").await;
    send(&chromium, &format!("{listing}enquire/done/")).await;
    chromium.log_in(&app).await;
    chromium.follow("nav a[href='/admin/enquiries/']").await;
    assert!(chromium.text(".entry").await.contains("Is it free?"));
    chromium.follow("nav a[href='/admin/alerts/']").await;
    chromium.fill("email", "zoe@homes.example").await;
    chromium.submit("form[role=search] button").await;
    is_accessible("the alerts of an address").await;

    chromium.open(&app, &link).await;
    chromium.submit("button[value=delete]").await;
    assert_eq!(chromium.text("h1").await, "The alert was deleted");
    is_accessible("the end").await;
}

#[tokio::test]
async fn the_pages_of_an_alert_are_used_by_the_keyboard() {
    let server = MailServer::start(Behaviour::Takes);
    let app = plan(&server).await.start().await;
    super::ask(&app, ("zoe@homes.example", "daily", ""), "10.0.0.1").await;
    let link = server.has(1).await[0].link("/alerts/");
    let chromium = Chromium::start().await;
    for path in ["/alerts/", &link] {
        chromium.assert_stops_are_seen(&app, path, 4).await;
    }
}
