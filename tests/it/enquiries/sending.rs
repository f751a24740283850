//! The enquiry form: what is accepted, the responses, and what is rejected.

use super::{COUNT, filled, send, token_of};
use crate::harness::{Behaviour, MailServer, Plan, Proxy, spawn_homes, until};

#[tokio::test]
async fn an_enquiry_is_stored_and_mailed_to_the_office_and_to_the_visitor() {
    let server = MailServer::start(Behaviour::Takes);
    let plan = Plan::with_homes(1).await.set("EMAIL_URL", server.url()).set("WORKER", "on");
    let app = plan.set("ENQUIRY_EMAIL", "office@homes.example").start().await;
    let token = token_of(&app, 1).await;
    let mut fields = filled(&token, "zoe+homes@müller.example");
    fields.extend([("copy", "1"), ("viewing", "1"), ("phone", "+44 131 496 0000")]);
    let sent = send(&app, 1, &fields).await.assert_status(303);
    assert_eq!(sent.header("location"), "/properties/1/enquire/done/");
    assert!(sent.all("set-cookie").is_empty());
    assert!(app.get(sent.header("location")).await.has("Your message was sent"));
    assert_eq!(
        app.sql("SELECT name || state || wants_viewing FROM enquiry").await,
        "Zoë Müllernewtrue"
    );
    let mut mails = server.has(2).await;
    mails.sort_by_key(|mail| mail.to.clone());
    assert_eq!(mails[0].to, ["office@homes.example"]);
    assert_eq!(mails[0].header("Reply-To"), "zoe+homes@xn--mller-kva.example");
    assert_eq!(mails[0].header("Subject"), "Enquiry: Home 1");
    let text = mails[0].text();
    assert!(text.contains("> From May?") && text.contains("/admin/enquiries/"), "{text}");
    assert_eq!(mails[1].to, ["zoe+homes@xn--mller-kva.example"]);
}

#[tokio::test]
async fn wrong_fields_come_back_with_their_text_and_messages() {
    let app = spawn_homes(1).await;
    let token = token_of(&app, 1).await;
    let fields = [
        ("token", &*token),
        ("name", "<b>Zoë"),
        ("email", "x"),
        ("phone", "call"),
        ("message", ""),
    ];
    let page = app.reader.post("/properties/1/enquire/", &fields).await.assert_status(422);
    for field in ["email-error", "phone-error", "message-error", "&#60;b&#62;Zoë"] {
        assert!(page.has(field), "{field}");
    }
    assert!(!page.has("name-error"));
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.field("token"), token);
    app.get("/properties/2/enquire/").await.assert_status(404);
    assert!(app.get("/properties/1/").await.has("href=\"/properties/1/enquire/\""));
}

#[tokio::test]
async fn programs_forms_of_yesterday_and_other_sites_are_rejected_and_counted() {
    let app = spawn_homes(2).await;
    let token = token_of(&app, 1).await;
    let fields = filled(&token, "zoe@homes.example");
    let early = app.reader.post("/properties/1/enquire/", &fields).await.assert_status(422);
    assert!(early.has("That was fast") && early.has("Is it free?"));
    let other = app.reader.post("/properties/2/enquire/", &fields).await.assert_status(422);
    assert!(other.has("This form is too old") && other.field("token") != token);
    let forged = filled("18bcfe56800-AAAAAAAAAAAAAAAAAAAAAAAAAAA", "zoe@homes.example");
    app.reader.post("/properties/1/enquire/", &forged).await.assert_status(422);
    let foreign = [("origin", "https://evil.example")];
    app.reader.post_with("/properties/1/enquire/", &foreign, &fields).await.assert_status(403);
    let mut trapped = fields.clone();
    trapped.push(("website", "https://spam.example"));
    send(&app, 1, &trapped).await.assert_status(303);
    assert_eq!(app.sql(COUNT).await, "0");
    assert!(
        app.services.exposition.text().contains("property_listings_enquiries_rejected_total 5")
    );
}

#[tokio::test]
async fn a_client_that_sends_too_many_has_to_wait_and_keeps_its_text() {
    let app = spawn_homes(1).await;
    let token = token_of(&app, 1).await;
    for number in 0..10 {
        let email = format!("zoe{number}@homes.example");
        send(&app, 1, &filled(&token, &email)).await.assert_status(303);
    }
    let page = send(&app, 1, &filled(&token, "ann@homes.example")).await.assert_status(429);
    assert!(page.has("Is it free?") && page.header("retry-after").parse::<u64>().is_ok());
    assert_eq!(app.sql(COUNT).await, "10");
}

#[tokio::test]
async fn many_enquiries_at_once_stay_within_the_limits_and_pages_are_served() {
    let plan = Plan::with_homes(2).await.set("TRUSTED_PROXIES", "127.0.0.1");
    let app = plan.start().await;
    app.has_in_memory("/properties/").await;
    let token = token_of(&app, 1).await;
    send(&app, 1, &filled(&token, "first@homes.example")).await.assert_status(303);
    let (app, token) = (&app, &*token);
    let each = (0..100).map(async |number| {
        // 20 addresses, five enquiries each, and 25 mailboxes.
        let from = format!("192.0.2.{}", number % 20);
        let email = format!("visitor{}@homes.example", number % 25);
        let headers = [("x-forwarded-for", &*from)];
        app.reader
            .post_with("/properties/1/enquire/", &headers, &filled(token, &email))
            .await
            .status
    });
    let (statuses, page) =
        tokio::join!(futures_util::future::join_all(each), app.get("/properties/"));
    page.assert_status(200).assert_memory_hit();
    // 60 about one listing within an hour, with the first.
    let taken = statuses.iter().filter(|status| **status == 303).count();
    assert!((1..=59).contains(&taken), "{statuses:?}");
    assert_eq!(app.sql(COUNT).await, (taken + 1).to_string());
    assert!(statuses.iter().all(|status| [303, 429, 503].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn an_enquiry_needs_no_redis_and_comes_back_with_its_text_without_postgresql() {
    let plan = Plan::with_homes(1).await;
    let postgres = Proxy::to_postgres();
    let redis = Proxy::to_redis();
    let app = plan.behind(&postgres).set("REDIS_URL", redis.redis_url()).start().await;
    let token = token_of(&app, 1).await;
    let fields = filled(&token, "zoe@homes.example");
    redis.cut();
    send(&app, 1, &fields).await.assert_status(303);
    postgres.cut();
    let page = app.reader.post("/properties/1/enquire/", &fields).await.assert_status(503);
    assert!(
        page.has("Is it free?") && page.has("Zoë Müller") && !page.header("retry-after").is_empty()
    );
    postgres.restore();
    until("it is taken", async || {
        app.reader.post("/properties/1/enquire/", &fields).await.status == 303
    })
    .await;
}

#[tokio::test]
async fn an_enquiry_invalidates_nothing() {
    let app = spawn_homes(1).await;
    app.has_in_memory("/properties/1/").await;
    let token = token_of(&app, 1).await;
    send(&app, 1, &filled(&token, "zoe@homes.example")).await.assert_status(303);
    app.get("/properties/1/").await.assert_memory_hit();
}
