//! Workers: claims, leases, periodic jobs, stopping.

use std::time::Duration;

use super::spawn_worker;
use property_listings::db::GenericClient as _;

use crate::harness::{Plan, Shell, until, until_within};

const JOBS: &str = "SELECT count(*) FROM job WHERE period IS NULL";
const ADD: &str = "INSERT INTO job (kind) VALUES ('expired')";
/// The number of finished periodic jobs.
const DONE: &str = "SELECT count(*) FROM job WHERE finished_at IS NOT NULL";

#[tokio::test]
async fn a_job_is_done_soon_after_it_was_added() {
    let app = spawn_worker(Plan::new().await).await;
    until("the periodic jobs are done", async || app.sql(DONE).await == "4").await;
    app.sql(ADD).await;
    until_within(Duration::from_secs(5), "it is done", async || app.sql(JOBS).await == "0").await;
}

#[tokio::test]
async fn a_job_of_a_transaction_that_is_rolled_back_does_not_exist() {
    let app = spawn_worker(Plan::new().await).await;
    app.sql(&format!("BEGIN; {ADD}; ROLLBACK")).await;
    assert_eq!(app.sql(JOBS).await, "0");
}

#[tokio::test]
async fn no_job_runs_where_the_worker_is_off_until_one_runs_alone() {
    let app = Plan::new().await.sql(ADD).await.start().await;
    assert_eq!(app.sql(JOBS).await, "1");
    let worker = Shell::beside(&app).begin(&["worker"]);
    until("it is done", async || app.sql(JOBS).await == "0").await;
    worker.signal("TERM");
    assert_eq!(worker.wait().0, Some(0));
}

#[tokio::test]
async fn periodic_jobs_exist_once_however_many_workers_there_are() {
    let app = spawn_worker(Plan::new().await).await;
    let _second = app.another().set("WORKER", "on").start().await;
    until("each is done", async || app.sql(DONE).await == "4").await;
    assert_eq!(app.sql("SELECT count(*) FROM job").await, "4");
    let next =
        "SELECT bool_and(run_at > now() + interval '50 minutes' AND claimed_by IS NULL) FROM job";
    assert_eq!(app.sql(next).await, "t");
}

#[tokio::test]
async fn expired_sessions_are_removed() {
    let app = Plan::new().await.start().await;
    app.staff().await;
    app.sql("UPDATE session SET expires_at = now() - interval '1 minute'").await;
    let _worker = app.another().set("WORKER", "on").start().await;
    until("it is removed", async || app.sql("SELECT count(*) FROM session").await == "0").await;
}

#[tokio::test]
async fn the_job_of_a_killed_worker_is_taken_over_when_its_lease_ends() {
    let claimed = "INSERT INTO job (kind, tries, claimed_by, run_at)
        VALUES ('expired', 1, 'killed', now() + interval '2 seconds')";
    let app = spawn_worker(Plan::new().await.sql(claimed).await).await;
    until("another worker does it", async || app.sql(JOBS).await == "0").await;
}

#[tokio::test]
async fn a_job_that_kills_every_worker_ends_as_failed_and_a_periodic_one_goes_on() {
    let claimed = "INSERT INTO job (kind, key, period, tries, claimed_by, run_at) VALUES
        ('expired', NULL, NULL, 8, 'killed', now()), ('history', 'history', 3600, 8, 'killed', now())";
    let app = spawn_worker(Plan::new().await.sql(claimed).await).await;
    let failed = "SELECT tries || ' ' || error FROM job WHERE failed_at IS NOT NULL";
    until("it has failed", async || {
        app.sql(failed).await == "8 Each time, the worker ended before the job was done."
    })
    .await;
    let periodic =
        "SELECT failed_at IS NULL AND tries = 0 AND run_at > now() FROM job WHERE key = 'history'";
    assert_eq!(app.sql(periodic).await, "t");
}

#[tokio::test]
async fn a_job_of_another_release_waits_for_its_worker() {
    let app =
        spawn_worker(Plan::new().await.sql("INSERT INTO job (kind) VALUES ('newer')").await).await;
    until("the periodic jobs are done", async || app.sql(DONE).await == "4").await;
    assert_eq!(app.sql("SELECT tries FROM job WHERE kind = 'newer'").await, "0");
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_gives_its_job_back() {
    let app = Plan::new().await.sql(ADD).await.start().await;
    app.staff().await;
    app.sql("UPDATE session SET expires_at = now() - interval '1 minute'").await;
    let (pool, lock) = (app.pool(), "LOCK TABLE session");
    let mut client = pool.client().await.expect("a client");
    let hold = client.transaction().await.expect("a transaction");
    hold.batch_execute(lock).await.expect("locked");
    let worker = Shell::beside(&app).begin(&["worker"]);
    let running = "SELECT count(*) FROM job WHERE kind = 'expired' AND claimed_by IS NOT NULL";
    until("it runs", async || app.sql(running).await == "2").await;
    worker.signal("TERM");
    assert_eq!(worker.wait().0, Some(0));
    let given =
        "SELECT tries, claimed_by IS NULL AND failed_at IS NULL AND run_at <= now() FROM job
        WHERE kind = 'expired' AND period IS NULL";
    assert_eq!(app.sql(given).await, "0");
    drop(hold);
}
