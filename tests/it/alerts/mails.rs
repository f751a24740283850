//! What a mail reports: the listings as they are when it is sent.

use property_listings::domain::{AlertState, EmailAddress, Frequency};

use super::{add, found, plan, run, settled, spawn, spawn_without_worker, subscribe};
use crate::harness::{Behaviour, MailServer};

const ZOE: (&str, &str, &str) = ("zoe@homes.example", "instant", "");

#[tokio::test]
async fn new_listings_reduced_prices_and_those_back_on_the_market_are_reported() {
    let (app, server) = spawn().await;
    let listings = [
        "'Fresh', 'D', 1000, 'Leith'",
        "'Cheap', 'D', 2000, 'Joppa'",
        "'Again', 'D', 3000, 'Leith'",
        "'Same', 'D', 4000, 'Leith'",
    ];
    for values in &listings[1..] {
        app.sql(&add("", values)).await;
    }
    app.sql("UPDATE property SET status = 'pending' WHERE title = 'Again'").await;
    run(&app).await;
    subscribe(&app, ZOE).await;
    app.sql(&add("", listings[0])).await;
    app.sql("UPDATE property SET price = 1500, bedrooms = 2 WHERE title = 'Cheap'").await;
    app.sql("UPDATE property SET status = 'active' WHERE title = 'Again'").await;
    app.sql("UPDATE property SET description = 'Other' WHERE title = 'Same'").await;
    run(&app).await;
    let mail = &server.has(1).await[0];
    assert_eq!(
        mail.header("Subject"),
        "1 new listing, 1 back on the market, 1 reduced: all listings"
    );
    let text = mail.text();
    for part in [
        "New: Fresh",
        "Back on the market: Again",
        "Reduced: Cheap\r\n1,500 (was 2,000)\r\nJoppa\r\n2 bedrooms\r\nhttp://homes.example/properties/",
        "prefers-color-scheme: dark",
        "Change, pause or delete this alert:\r\nhttp://homes.example/alerts/",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("Same") && !text.contains("<img"), "{text}");
    settled(&app).await;
    // The same again is nothing new; a price that is lower than the reported one is.
    app.sql("UPDATE property SET price = 2000 WHERE title = 'Cheap'").await;
    run(&app).await;
    app.sql("UPDATE property SET price = 1600 WHERE title = 'Cheap'").await;
    run(&app).await;
    app.sql("UPDATE property SET price = 1400 WHERE title = 'Cheap'").await;
    run(&app).await;
    let text = server.has(2).await[1].text();
    assert!(text.contains("1,400 (was 1,600)"), "{text}");
    settled(&app).await;
    assert_eq!(server.mails().len(), 2);
}

#[tokio::test]
async fn a_hidden_price_is_neither_shown_nor_reported_as_reduced() {
    let (app, server) = spawn().await;
    let hidden = "'Hidden', 'D', 777777, 'Leith', 'on_application'";
    subscribe(&app, ZOE).await;
    app.sql(&add(", price_qualifier", hidden)).await;
    run(&app).await;
    let text = server.has(1).await[0].text();
    assert!(text.contains("Price on application") && !text.contains("777"), "{text}");
    settled(&app).await;
    for change in [
        "price = 700000",
        "price = 600000, price_qualifier = NULL",
        "price = 500000, price_qualifier = 'on_application'",
    ] {
        app.sql(&format!("UPDATE property SET {change}")).await;
        run(&app).await;
    }
    assert_eq!(found(&app).await, ["Hidden new zoe@homes.example"]);
    // One that is hidden before the mail is sent is not in it.
    let app = spawn_without_worker().await;
    app.sql(&add("", "'Shown', 'D', 900, 'Leith'")).await;
    run(&app).await;
    subscribe(&app, ZOE).await;
    app.sql("UPDATE property SET price = 800").await;
    run(&app).await;
    assert_eq!(found(&app).await, ["Shown reduced zoe@homes.example"]);
    app.sql("UPDATE property SET price_qualifier = 'on_application'").await;
    let _worker = app.another().set("WORKER", "on").start().await;
    settled(&app).await;
    assert_eq!(found(&app).await, [""; 0]);
}

#[tokio::test]
async fn a_listing_that_has_gone_or_does_not_match_any_more_is_not_in_the_mail_and_may_come_back() {
    let server = MailServer::start(Behaviour::Takes);
    let app = plan(&server).await.set("WORKER", "off").start().await;
    subscribe(&app, ("zoe@homes.example", "instant", "max_price=500")).await;
    for title in ["Withdrawn", "Deleted", "Dearer", "Stays"] {
        app.sql(&add("", &format!("'{title}', 'D', 400, 'Leith'"))).await;
    }
    run(&app).await;
    app.sql("UPDATE property SET status = 'withdrawn' WHERE title = 'Withdrawn'").await;
    app.sql("DELETE FROM property WHERE title = 'Deleted'").await;
    app.sql("UPDATE property SET price = 600 WHERE title = 'Dearer'").await;
    app.sql("UPDATE property SET title = 'Stays here' WHERE title = 'Stays'").await;
    run(&app).await;
    let worker = app.another().set("WORKER", "on").start().await;
    let text = server.has(1).await[0].text();
    assert!(text.contains("New: Stays here"), "{text}");
    for gone in ["Withdrawn", "Deleted", "Dearer"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    settled(&app).await;
    assert_eq!(found(&app).await, ["Stays here new zoe@homes.example"]);
    app.sql("UPDATE property SET status = 'active' WHERE title = 'Withdrawn'").await;
    run(&app).await;
    let text = server.has(2).await[1].text();
    assert!(text.contains("Back on the market: Withdrawn"), "{text}");
    drop(worker);
}

#[tokio::test]
async fn a_mail_has_at_most_twenty_listings_and_a_link_to_the_rest() {
    let (app, server) = spawn().await;
    subscribe(&app, ("zoe@homes.example", "instant", "location=Leith")).await;
    app.sql(
        "INSERT INTO property (title, description, price, location)
        SELECT 'Home ' || n, 'D', 5, 'Leith' FROM generate_series(1, 23) AS n",
    )
    .await;
    run(&app).await;
    let mail = &server.has(1).await[0];
    assert_eq!(mail.header("Subject"), "23 new listings: Leith");
    let text = mail.text();
    let plain = text.split("text/html").next().expect("a text part");
    assert_eq!(plain.matches("New: Home ").count(), 20, "{plain}");
    let rest = "And 3 more.\r\n\r\nSee the rest in the list:\r\nhttp://homes.example/properties/?location=Leith\r\n";
    assert!(plain.contains(rest) && plain.contains("New: Home 23"), "{plain}");
}

#[tokio::test]
async fn a_paused_alert_forgets_what_it_has_found() {
    let app = spawn_without_worker().await;
    subscribe(&app, ("zoe@homes.example", "daily", "")).await;
    app.sql(&add("", "'Old', 'D', 5, 'Leith'")).await;
    run(&app).await;
    assert_eq!(found(&app).await.len(), 1);
    let address = EmailAddress::parse("zoe@homes.example").expect("an address");
    let id = app.services.alerts.list_of(&address).await.expect("alerts")[0].id;
    let paused = app.services.alerts.change(id, AlertState::Paused, Frequency::Daily).await;
    assert!(paused.expect("paused"));
    app.sql(&add("", "'Newer', 'D', 5, 'Leith'")).await;
    run(&app).await;
    assert_eq!(found(&app).await, [""; 0]);
}
