//! Mail while its server or its worker fails.

use super::{forget, hurry, plan, spawn_mailing};
use crate::harness::{Behaviour, MailServer, Shell, free_port, until};

const MAILS: &str = "SELECT count(*) FROM job WHERE kind = 'mail'";
const ERROR: &str =
    "SELECT error FROM job WHERE kind = 'mail' AND claimed_by IS NULL AND error IS NOT NULL";

#[tokio::test]
async fn a_mail_that_is_refused_for_now_is_sent_later() {
    let server = MailServer::start(Behaviour::Refuses("450 4.2.1 Try later"));
    let app = spawn_mailing(&server).await;
    forget(&app, "ada@homes.example").await;
    until("it is refused", async || app.sql(ERROR).await.contains("450")).await;
    let later = "SELECT failed_at IS NULL AND run_at > now() + interval '5 seconds' FROM job WHERE kind = 'mail'";
    assert_eq!(app.sql(later).await, "t");
    server.becomes(Behaviour::Takes);
    hurry(&app).await;
    server.has(1).await;
    until("the job is gone", async || app.sql(MAILS).await == "0").await;
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_kept_with_the_reason() {
    let server = MailServer::start(Behaviour::Refuses("550 5.1.1 No such user"));
    let app = spawn_mailing(&server).await;
    forget(&app, "ada@homes.example").await;
    let failed = "SELECT tries || ' ' || error FROM job WHERE failed_at IS NOT NULL";
    until("it has failed", async || app.sql(failed).await.starts_with("1 ")).await;
    let page = app.staff().await.get("/admin/jobs/").await;
    assert!(page.has("Send a mail") && page.has("550") && page.has("No such user"), "{page:?}");
}

#[tokio::test]
async fn a_mail_whose_connection_is_lost_after_its_content_is_repeated_with_the_same_message_id() {
    let server = MailServer::start(Behaviour::Leaves);
    let app = spawn_mailing(&server).await;
    forget(&app, "ada@homes.example").await;
    until("it is tried", async || !app.sql(ERROR).await.is_empty()).await;
    server.becomes(Behaviour::Takes);
    hurry(&app).await;
    let mails = server.has(2).await;
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    until("the job is gone", async || app.sql(MAILS).await == "0").await;
    assert_eq!(server.mails().len(), 2);
}

#[tokio::test]
async fn the_mail_of_a_worker_that_is_killed_while_it_sends_is_repeated_once_with_the_same_message_id()
 {
    let server = MailServer::start(Behaviour::Stalls);
    let app = plan(&server).await.set("WORKER", "off").start().await;
    forget(&app, "ada@homes.example").await;
    let mut worker = Shell::beside(&app).begin(&["worker"]);
    worker.says("running background jobs");
    server.has(1).await;
    worker.signal("KILL");
    worker.wait();
    server.becomes(Behaviour::Takes);
    // As if the lease had ended.
    app.sql("UPDATE job SET run_at = now() WHERE claimed_by IS NOT NULL").await;
    let second = Shell::beside(&app).begin(&["worker"]);
    until("the job is gone", async || app.sql(MAILS).await == "0").await;
    second.signal("TERM");
    assert_eq!(second.wait().0, Some(0));
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
}

#[tokio::test]
async fn after_an_outage_every_mail_is_sent_the_oldest_first() {
    let port = free_port();
    let server = MailServer::at(port);
    let app = spawn_mailing(&server).await;
    drop(server);
    let users = ["ada", "sam"];
    for (at, user) in users.into_iter().enumerate() {
        forget(&app, &format!("{user}@homes.example")).await;
        let waiting = "SELECT count(*) FROM job WHERE kind = 'mail' AND is_outage AND tries = 1 AND claimed_by IS NULL";
        until("it is tried", async || app.sql(waiting).await == (at + 1).to_string()).await;
    }
    let server = MailServer::at(port);
    // The next job reaches the server again, so the failed ones are due too.
    app.sql("UPDATE job SET run_at = created_at WHERE id = (SELECT max(id) FROM job WHERE kind = 'mail'); NOTIFY property_job").await;
    let mails = server.has(2).await;
    assert_eq!(mails[0].to, ["sam@homes.example"]);
    assert_eq!(mails[1].to, ["ada@homes.example"]);
    until("no job is left", async || app.sql(MAILS).await == "0").await;
}

#[tokio::test]
async fn staff_are_told_of_an_outage_once_and_of_its_end() {
    let port = free_port();
    let app = plan(&MailServer::at(port)).await.set("WORKER", "off").start().await;
    for user in ["ada", "sam"] {
        forget(&app, &format!("{user}@homes.example")).await;
    }
    let worker = Shell::beside(&app).begin(&["worker"]);
    let blocked = "SELECT count(*) FROM job WHERE is_outage AND claimed_by IS NULL";
    until("each is tried", async || app.sql(blocked).await == "2").await;
    let counted = async || {
        app.services.jobs.sample().await;
        app.services.exposition.text().contains("property_listings_jobs_blocked 2")
    };
    until("they are counted", counted).await;
    let server = MailServer::at(port);
    hurry(&app).await;
    server.has(2).await;
    until("the jobs are gone", async || app.sql(MAILS).await == "0").await;
    worker.signal("TERM");
    let (_, log) = worker.wait();
    assert_eq!(log.matches("job failed").count(), 1, "{log}");
    assert_eq!(log.matches("jobs continue kind=mail").count(), 1, "{log}");
}
