//! What staff see of alerts, and what is erased.

use super::{plan, spawn_without_worker, subscribe};
use crate::harness::{Behaviour, MailServer, TOKEN, until};

#[tokio::test]
async fn staff_find_the_alerts_of_an_address_and_erase_them() {
    let app = spawn_without_worker().await;
    let (ada, sam) = (app.staff().await, app.staff_named("sam").await);
    for (email, query) in [
        ("zoe@homes.example", "location=Leith"),
        ("Zoe+sea@homes.example", "q=sea"),
        ("ann@homes.example", ""),
    ] {
        subscribe(&app, (email, "daily", query)).await;
    }
    app.permit("view,cache").await;
    sam.get("/admin/alerts/").await.assert_status(403);
    assert!(!sam.get("/admin/").await.has("/admin/alerts/"));
    app.permit("enquiries").await;
    let page = sam.get("/admin/alerts/").await.assert_status(200);
    assert!(page.has("<dt>Active</dt><dd>3</dd>") && !page.has("ann@homes.example"), "{page:?}");
    let found = sam.get("/admin/alerts/?email=ZOE@homes.example").await.assert_status(200);
    assert!(found.has("Leith") && found.has("“sea”") && !found.has("ann@"), "{found:?}");
    sam.get("/admin/alerts/?email=zoe").await.assert_status(400);
    let zoe = [("email", "zoe@homes.example")];
    sam.post("/admin/alerts/", &zoe).await.assert_status(403);
    sam.submit("/admin/alerts/", &zoe).await.assert_status(303);
    assert!(sam.get("/admin/alerts/").await.has("2 alerts were deleted."));
    assert_eq!(app.sql("SELECT string_agg(email, ',') FROM alert").await, "ann@homes.example");
    ada.get("/admin/alerts/?email=nobody@homes.example").await.assert_status(200);
}

#[tokio::test]
async fn alerts_that_nobody_confirmed_and_old_reports_are_erased() {
    let server = MailServer::start(Behaviour::Takes);
    let alerts = "INSERT INTO alert (email, mailbox, query, frequency, state, changed_at, places, is_complete)
        SELECT state || days || '@homes.example', state || days || '@homes.example', '', 'daily', state,
            now() - days * interval '1 day', '{}', true
        FROM (VALUES ('unconfirmed', 6), ('unconfirmed', 8), ('active', 500), ('refused', 20), ('refused', 40)) AS old (state, days);
        INSERT INTO alert_match (alert_id, property_id, reason, price, sent_at)
        SELECT id, n, 'new', 5, now() - n * interval '1 day' FROM alert, (VALUES (80), (100)) AS days (n) WHERE state = 'active'";
    let app = plan(&server).await.sql(alerts).await.start().await;
    until("two are erased", async || {
        app.sql("SELECT string_agg(split_part(email, '@', 1), ',' ORDER BY id) FROM alert").await
            == "unconfirmed6,active500,refused20"
    })
    .await;
    until("old reports are erased", async || {
        app.sql("SELECT string_agg(property_id::text, ',') FROM alert_match").await == "80"
    })
    .await;
}

#[tokio::test]
async fn metrics_count_the_alerts() {
    let server = MailServer::start(Behaviour::Takes);
    let alerts = "INSERT INTO alert (email, mailbox, query, frequency, state, places, is_complete)
        VALUES ('zoe@homes.example', 'zoe@homes.example', '', 'daily', 'paused', '{}', true)";
    let app = plan(&server).await.sql(alerts).await.start().await;
    let token = format!("Bearer {TOKEN}");
    until("they are counted", async || {
        let page = app.reader.get_with("/metrics", &[("authorization", &token)]).await;
        page.has("property_listings_alerts{state=\"paused\"} 1")
    })
    .await;
}
