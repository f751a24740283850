//! The form: what is taken, what is answered, and what is rejected.

use super::{add, ask, plan, run, spawn, spawn_without_worker, subscribe};
use crate::harness::{App, Behaviour, MailServer, Page, eventually, spawn_homes};

const LIST: &str = "/properties/?location=Leith&max_price=500000";
const LINKS: &str = "SELECT count(*) FROM job WHERE payload ->> 'letter' = 'alert_link'";

/// Sends the form until it is not too fast for a person.
async fn send(app: &App, fields: &[(&str, &str)]) -> Page {
    eventually("the form is old enough", async || {
        let page = app.reader.post("/alerts/", fields).await;
        (!page.has("That was fast")).then_some(page)
    })
    .await
}

#[tokio::test]
async fn an_alert_is_asked_for_on_a_list_confirmed_by_its_link_and_then_mailed() {
    let (app, server) = spawn().await;
    let list = app.get(LIST).await.assert_status(200);
    let form = "/alerts/?location=Leith&amp;max_price=500000.00";
    assert!(list.has(form) || list.has(&form.replace("&amp;", "&#38;")), "{list:?}");
    let form = app.get("/alerts/?location=Leith&max_price=500000.00").await.assert_status(200);
    assert!(form.has("Leith") && form.has("up to 500,000"), "{form:?}");
    assert_eq!(form.header("cache-control"), "no-store");
    let [(_, token), (_, place), (_, price)] = form.fields(["token", "location", "max_price"]);
    let fields = [
        ("token", &*token),
        ("location", &place),
        ("max_price", &price),
        ("email", "zoe+homes@müller.example"),
        ("frequency", "instant"),
    ];
    let sent = send(&app, &fields).await.assert_status(303);
    assert_eq!(sent.header("location"), "/alerts/done/");
    assert!(sent.all("set-cookie").is_empty());
    assert!(app.get("/alerts/done/").await.has("Check your email"));
    let mail = &server.has(1).await[0];
    assert_eq!(mail.to, ["zoe+homes@xn--mller-kva.example"]);
    assert_eq!(mail.header("Subject"), "Please confirm your alert at Property Listings");
    let link = mail.link("/alerts/");
    // Opening it changes nothing.
    let page = app.get(&link).await.assert_status(200);
    assert!(page.has("Confirm") && page.header("cache-control") == "no-store", "{page:?}");
    app.sql(&add("", "'Early', 'D', 400000, 'Leith'")).await;
    run(&app).await;
    app.reader.post(&link, &[("action", "confirm")]).await.assert_status(303);
    assert!(app.get(&link).await.has("This alert is active"));
    app.sql(&add("", "'Right', 'D', 450000, 'Leith'")).await;
    app.sql(&add("", "'Dear', 'D', 550000, 'Leith'")).await;
    app.sql(&add("", "'Elsewhere', 'D', 450000, 'Joppa'")).await;
    run(&app).await;
    let mail = &server.has(2).await[1];
    let text = mail.text();
    assert!(text.contains("New: Right") && text.contains("450,000"), "{text}");
    for other in ["Early", "Dear", "Elsewhere", "<img"] {
        assert!(!text.contains(other), "{other}: {text}");
    }
    assert_eq!(mail.header("Subject"), "1 new listing: Leith, up to 500,000");
    assert_eq!(mail.header("List-Unsubscribe"), format!("<http://homes.example{link}>"));
    assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(server.mails().len(), 2);
}

#[tokio::test]
async fn a_known_address_and_one_that_gets_no_more_mails_are_answered_like_any_other() {
    let app = spawn_without_worker().await;
    subscribe(&app, ("known@homes.example", "daily", "")).await;
    let token = app.get("/alerts/").await.field("token");
    let mut answers = Vec::new();
    for email in ["new", "known", "flooded", "flooded", "flooded", "flooded"] {
        let email = format!("{email}@homes.example");
        let fields = [("token", &*token), ("email", &email), ("frequency", "weekly")];
        let page = send(&app, &fields).await;
        let headers: Vec<_> = ["location", "cache-control", "content-length"]
            .map(|name| page.header(name).to_owned())
            .into();
        answers.push((page.status, headers, page.body.clone()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    // The known one gets a link as well; the flooded one gets three.
    assert_eq!(app.sql(LINKS).await, "5");
    let known = "SELECT state || frequency FROM alert WHERE email = 'known@homes.example'";
    assert_eq!(app.sql(known).await, "activedaily");
}

#[tokio::test]
async fn an_address_gets_few_links_an_hour_and_a_day_whoever_asks_for_them() {
    let app = spawn_without_worker().await;
    let an_hour_passes = "DELETE FROM login_failure";
    for hour in 0..4 {
        for number in 0..5 {
            let email = format!("zoe+{hour}{number}@homes.example");
            let query = format!("min_price={}", hour * 5 + number + 1);
            ask(&app, (&email, "instant", &query), &format!("10.0.{hour}.{number}")).await;
        }
        app.sql(an_hour_passes).await;
    }
    assert_eq!(app.sql(LINKS).await, "6");
    assert_eq!(app.sql("SELECT count(*) FROM alert").await, "6");
    for number in 0..12 {
        let email = format!("other{number}@homes.example");
        ask(&app, (&email, "instant", ""), "10.9.9.9").await;
    }
    assert_eq!(app.sql(LINKS).await, "16", "a client asks for at most ten an hour");
    assert!(app.services.exposition.text().contains("property_listings_alerts_rejected_total 16"));
}

#[tokio::test]
async fn asking_again_before_confirming_changes_the_frequency_and_adds_no_alert() {
    let app = spawn_without_worker().await;
    ask(&app, ("zoe@homes.example", "daily", "location=Leith"), "10.0.0.1").await;
    ask(&app, ("Zoe@Homes.example", "weekly", "location=Leith&page=2"), "10.0.0.2").await;
    assert_eq!(app.sql("SELECT string_agg(frequency, ' ') FROM alert").await, "weekly");
}

#[tokio::test]
async fn wrong_fields_come_back_with_messages_and_the_list() {
    let app = spawn_without_worker().await;
    let token = app.get("/alerts/?q=sea").await.field("token");
    let fields = [("token", &*token), ("q", "sea"), ("email", "<b>x"), ("frequency", "hourly")];
    let page = app.reader.post("/alerts/", &fields).await.assert_status(422);
    for part in ["email-error", "frequency-error", "&#60;b&#62;x", "“sea”"] {
        assert!(page.has(part), "{part}: {page:?}");
    }
    assert_eq!((page.field("q"), page.field("token")), ("sea".to_owned(), token));
    app.get("/alerts/?min_price=x").await.assert_status(400);
    app.get("/alerts/?utm_source=x&page=7").await.assert_status(200);
}

#[tokio::test]
async fn programs_forms_of_yesterday_and_other_sites_are_rejected() {
    let app = spawn_without_worker().await;
    let token = app.get("/alerts/").await.field("token");
    let fields = [("token", &*token), ("email", "zoe@homes.example"), ("frequency", "daily")];
    app.reader.post("/alerts/", &fields).await.assert_status(422);
    let foreign = [("origin", "https://evil.example")];
    app.reader.post_with("/alerts/", &foreign, &fields).await.assert_status(403);
    let old = [("token", "18bcfe56800-AAAA"), fields[1], fields[2]];
    assert!(app.reader.post("/alerts/", &old).await.assert_status(422).has("too old"));
    let trapped = [fields[0], fields[1], fields[2], ("website", "https://spam.example")];
    send(&app, &trapped).await.assert_status(303);
    assert_eq!(app.sql("SELECT count(*) FROM alert").await, "0");
    send(&app, &fields).await.assert_status(303);
    assert_eq!(app.sql("SELECT count(*) FROM alert").await, "1");
}

#[tokio::test]
async fn without_mail_there_are_no_alerts() {
    let app = spawn_homes(1).await;
    assert!(!app.get("/properties/").await.has("/alerts/"));
    for path in ["/alerts/", "/alerts/done/"] {
        app.get(path).await.assert_status(404);
    }
    let fields = [("email", "zoe@homes.example"), ("frequency", "daily")];
    app.reader.post("/alerts/", &fields).await.assert_status(404);
}

#[tokio::test]
async fn a_list_with_its_alert_and_a_listing_with_its_enquiry_are_the_same_bytes_for_everybody() {
    let server = MailServer::start(Behaviour::Takes);
    let app = plan(&server).await.homes(2).await.start().await;
    let staff = app.staff().await;
    for (path, link) in
        [("/properties/", "href=\"/alerts/\""), ("/properties/1/", "/properties/1/enquire/")]
    {
        let first = app.get(path).await.assert_status(200);
        assert!(first.has(link) && !first.has("name=\"token\""), "{path}: {first:?}");
        let others = [
            staff.get(path).await,
            app.stranger().get(path).await,
            app.reader.get_with(path, &[("x-forwarded-for", "192.0.2.7")]).await,
            app.reader.get_with(path, &[("cookie", "alert=x"), ("user-agent", "other")]).await,
        ];
        for other in others {
            assert_eq!(other.body, first.body, "{path}");
            assert!(other.all("set-cookie").is_empty());
        }
    }
    let closed = app.get("/properties/?status=closed").await.assert_status(200);
    assert!(!closed.has("/alerts/"), "nothing new comes to a list of closed listings");
}

#[tokio::test]
async fn alerts_invalidate_nothing() {
    let server = MailServer::start(Behaviour::Takes);
    let app = plan(&server).await.homes(2).await.start().await;
    subscribe(&app, ("zoe@homes.example", "instant", "")).await;
    app.sql(&add("", "'New', 'D', 5, 'Leith'")).await;
    app.has_heard_of_everything().await;
    for path in ["/properties/", "/properties/1/"] {
        app.has_in_memory(path).await;
    }
    run(&app).await;
    server.has(1).await;
    ask(&app, ("ann@homes.example", "daily", ""), "10.0.0.9").await;
    let mail = &server.has(2).await[1];
    let link = mail.link("/alerts/");
    for action in ["confirm", "pause", "delete"] {
        app.reader.post(&link, &[("action", action)]).await;
    }
    for path in ["/properties/", "/properties/1/"] {
        app.get(path).await.assert_memory_hit();
    }
}
