//! The operators' page of jobs.

use super::spawn_worker;
use crate::harness::{Plan, TOKEN, spawn_two, until};

const FAILED: &str = "INSERT INTO job (kind, tries, error, failed_at)
    VALUES ('expired', 8, 'the <b>reason</b>', now())";

#[tokio::test]
async fn a_failed_job_is_shown_with_its_reason_and_can_be_tried_again() {
    let app = spawn_worker(Plan::new().await.sql(FAILED).await).await;
    let staff = app.staff().await;
    let page = staff.get("/admin/jobs/").await.assert_status(200);
    assert!(
        page.has("the &#60;b&#62;reason&#60;/b&#62;") && page.has("Remove expired sessions"),
        "{page:?}"
    );
    staff.submit("/admin/jobs/", &[("retry_all", "1")]).await.assert_status(303);
    until("it is done", async || {
        app.sql("SELECT count(*) FROM job WHERE period IS NULL").await == "0"
    })
    .await;
    assert!(staff.get("/admin/jobs/").await.has("One job will be retried."));
}

#[tokio::test]
async fn jobs_are_for_superusers_and_those_who_manage_the_cache() {
    let (app, _, sam) = spawn_two(0).await;
    app.permit("view").await;
    sam.get("/admin/jobs/").await.assert_status(403);
    app.permit("cache").await;
    sam.get("/admin/jobs/").await.assert_status(200);
    app.sql(FAILED).await;
    let id = app.sql("SELECT id FROM job").await;
    sam.post("/admin/jobs/", &[("delete", &*id)]).await.assert_status(403);
    sam.submit("/admin/jobs/", &[("delete", &*id)]).await.assert_status(303);
    assert_eq!(app.sql("SELECT count(*) FROM job").await, "0");
}

#[tokio::test]
async fn metrics_count_the_jobs() {
    let app = spawn_worker(Plan::new().await.sql(FAILED).await).await;
    let token = format!("Bearer {TOKEN}");
    until("they are counted", async || {
        let page = app.reader.get_with("/metrics", &[("authorization", &token)]).await;
        let text = page.text();
        text.contains("property_listings_jobs{state=\"failed\"} 1")
            && text.contains("property_listings_jobs_overdue_seconds ")
            && text
                .contains("property_listings_job_tries_total{kind=\"expired\",outcome=\"done\"} 1")
    })
    .await;
}
