//! What becomes of alerts while a worker, the mail server or the database fails.

use super::{add, ask, found, plan, run, settled, spawn, subscribe};
use crate::harness::{App, Behaviour, MailServer, Shell, free_port, until};

const ZOE: (&str, &str, &str) = ("zoe@homes.example", "instant", "");
const STATE: &str = "SELECT coalesce(string_agg(state, ','), '') FROM alert";

/// A mail about a new listing that waits for a worker.
async fn with_waiting_mail(server: &MailServer) -> App {
    let app = plan(server).await.set("WORKER", "off").start().await;
    subscribe(&app, ZOE).await;
    app.sql(&add("", "'Home', 'D', 5, 'Leith'")).await;
    run(&app).await;
    app
}

#[tokio::test]
async fn a_mail_whose_worker_is_killed_before_it_is_claimed_is_sent_once_by_another() {
    let server = MailServer::start(Behaviour::Takes);
    let app = with_waiting_mail(&server).await;
    app.sql("UPDATE job SET run_at = now() + interval '1 hour' WHERE kind = 'mail'").await;
    let mut worker = Shell::beside(&app).begin(&["worker"]);
    worker.says("running background jobs");
    worker.signal("KILL");
    worker.wait();
    app.sql("UPDATE job SET run_at = now() WHERE kind = 'mail'").await;
    let second = Shell::beside(&app).begin(&["worker"]);
    settled(&app).await;
    run(&app).await;
    settled(&app).await;
    second.signal("TERM");
    second.wait();
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_whose_worker_is_killed_after_sending_is_repeated_once_with_the_same_message_id() {
    let server = MailServer::start(Behaviour::Stalls);
    let app = with_waiting_mail(&server).await;
    let worker = Shell::beside(&app).begin(&["worker"]);
    server.has(1).await;
    worker.signal("KILL");
    worker.wait();
    server.becomes(Behaviour::Takes);
    // As if the lease had ended. What is found in the meantime gets a mail of its own.
    app.sql(&add("", "'Other', 'D', 5, 'Leith'")).await;
    run(&app).await;
    app.sql("UPDATE job SET run_at = now() WHERE claimed_by IS NOT NULL").await;
    let second = Shell::beside(&app).begin(&["worker"]);
    settled(&app).await;
    second.signal("TERM");
    second.wait();
    let mails = server.mails();
    assert_eq!(mails.len(), 3);
    let of = |title: &str| {
        let mails = mails.iter().filter(|mail| mail.text().contains(&format!("New: {title}")));
        mails.map(|mail| mail.header("Message-ID")).collect::<Vec<_>>()
    };
    let (home, other) = (of("Home"), of("Other"));
    assert_eq!((home.len(), other.len()), (2, 1));
    assert_eq!(home[0], home[1]);
    assert_ne!(home[0], other[0]);
    assert_eq!(found(&app).await.len(), 2);
}

#[tokio::test]
async fn a_mail_that_was_sent_and_noted_is_not_repeated_when_its_job_is() {
    let server = MailServer::start(Behaviour::Takes);
    let app = with_waiting_mail(&server).await;
    let job = "INSERT INTO job (kind, payload) SELECT kind, payload FROM job WHERE kind = 'mail'";
    let payload = app.sql("SELECT payload FROM job WHERE kind = 'mail'").await;
    assert!(payload.contains("message_id"), "{payload}");
    app.sql(&format!("{job}; UPDATE job SET run_at = now() + interval '1 hour' WHERE id = (SELECT max(id) FROM job)")).await;
    let worker = Shell::beside(&app).begin(&["worker"]);
    server.has(1).await;
    let noted = "SELECT count(*) FROM alert_match WHERE sent_at IS NOT NULL";
    until("it is noted", async || app.sql(noted).await == "1").await;
    app.sql("UPDATE job SET run_at = now() WHERE kind = 'mail'; NOTIFY property_job").await;
    settled(&app).await;
    worker.signal("TERM");
    worker.wait();
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_ends_the_alert_and_no_job_is_left() {
    let server = MailServer::start(Behaviour::Refuses("550 5.1.1 No such user"));
    let app = plan(&server).await.start().await;
    subscribe(&app, ZOE).await;
    ask(&app, ("ann@homes.example", "daily", ""), "10.1.1.1").await;
    until("the other is removed", async || app.sql(STATE).await == "active").await;
    app.sql(&add("", "'Home', 'D', 5, 'Leith'")).await;
    run(&app).await;
    until("it has ended", async || app.sql(STATE).await == "refused").await;
    settled(&app).await;
    assert_eq!(app.sql("SELECT count(*) FROM job WHERE kind = 'mail'").await, "0");
    app.sql(&add("", "'Next', 'D', 5, 'Leith'")).await;
    run(&app).await;
    assert_eq!(app.sql("SELECT count(*) FROM job WHERE kind = 'mail'").await, "0");
    // Its reader may begin it again.
    server.becomes(Behaviour::Takes);
    ask(&app, ZOE, "10.1.1.2").await;
    let link = server.has(1).await[0].link("/alerts/");
    assert!(app.get(&link).await.has("has refused"));
    app.reader.post(&link, &[("action", "resume")]).await.assert_status(303);
    assert_eq!(app.sql(STATE).await, "active");
}

#[tokio::test]
async fn a_refusal_of_the_sender_ends_no_alert() {
    let server = MailServer::start(Behaviour::Refuses("554 5.7.1 Relay access denied"));
    let app = plan(&server).await.start().await;
    subscribe(&app, ZOE).await;
    app.sql(&add("", "'Home', 'D', 5, 'Leith'")).await;
    run(&app).await;
    let failed = "SELECT coalesce(string_agg(error, ''), '') FROM job WHERE failed_at IS NOT NULL";
    until("it has failed", async || app.sql(failed).await.contains("Relay access denied")).await;
    assert_eq!(app.sql(STATE).await, "active");
}

#[tokio::test]
async fn after_an_outage_of_the_mail_server_every_mail_is_sent_the_oldest_first() {
    let port = free_port();
    let app = with_waiting_mail(&MailServer::at(port)).await;
    for title in ["Second", "Third"] {
        app.sql(&add("", &format!("'{title}', 'D', 5, 'Leith'"))).await;
        run(&app).await;
    }
    let _worker = app.another().set("WORKER", "on").start().await;
    let waiting = "SELECT count(*) FROM job WHERE is_outage AND claimed_by IS NULL";
    until("each is tried", async || app.sql(waiting).await == "3").await;
    let server = MailServer::at(port);
    app.sql("UPDATE job SET run_at = now() WHERE id = (SELECT min(id) FROM job WHERE kind = 'mail'); NOTIFY property_job").await;
    let mails = server.has(3).await;
    assert!(mails[0].text().contains("New: Home"), "{}", mails[0].text());
    settled(&app).await;
    assert_eq!(server.mails().len(), 3);
    assert_eq!(app.sql("SELECT count(*) FROM alert_match WHERE sent_at IS NULL").await, "0");
}

#[tokio::test]
async fn alerts_go_on_after_the_database_was_restored_on_a_server_with_lower_transaction_ids() {
    let (app, server) = spawn().await;
    subscribe(&app, ZOE).await;
    app.sql("UPDATE alert_progress SET snapshot = '99999999999:99999999999:'").await;
    run(&app).await;
    app.sql(&add("", "'Home', 'D', 5, 'Leith'")).await;
    run(&app).await;
    assert!(server.has(1).await[0].text().contains("New: Home"));
}
