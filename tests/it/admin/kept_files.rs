//! Uploaded files between preview and import: how long they are stored, and which requests wait for others.

use super::imports::{FORM, HEADER, apply, import, upload};
use crate::harness::{Shows as _, spawn_staffed};

#[tokio::test]
async fn whoever_comes_to_a_file_that_is_being_imported_is_told_so_at_once() {
    let (app, staff) = spawn_staffed(1).await;
    let csv = |title: &str| format!("{HEADER}1,{title},D,1,Leith\n").into_bytes();
    let preview = import(&staff, "homes.csv", csv("First")).await;
    let importing = app.database.psql().await;
    importing.batch_execute("BEGIN; DELETE FROM import_upload").await.expect("taken");
    for more in [&[][..], &[("_discard", "1")]] {
        assert_eq!(apply(&staff, &preview, more).await.assert_status(303).header("location"), FORM);
        staff.get(FORM).await.shows(["This file is no longer available"]);
    }
    let refused = upload(&staff, "more.csv", &csv("More")).await;
    refused.assert_status(409).shows(["Your previous file is still being imported"]);
    importing.batch_execute("ROLLBACK").await.expect("ended");
    upload(&staff, "more.csv", &csv("More")).await.assert_status(303);
    assert_eq!(app.sql("SELECT string_agg(file_name, ',') FROM import_upload").await, "more.csv");
}

#[tokio::test]
async fn a_file_is_kept_while_somebody_elses_old_one_is_being_removed() {
    let (app, staff) = spawn_staffed(0).await;
    let sam = app.staff_named("sam").await;
    let csv = format!("{HEADER}1,T,D,1,Leith\n").into_bytes();
    for browser in [&staff, &sam] {
        import(browser, "old.csv", csv.clone()).await;
    }
    app.sql("UPDATE import_upload SET expires_at = now() - interval '1 second'").await;
    let removing = app.database.psql().await;
    let remove = "BEGIN; DELETE FROM import_upload
        WHERE user_id = (SELECT id FROM site_user WHERE username = 'sam')";
    removing.batch_execute(remove).await.expect("removed");
    upload(&staff, "new.csv", &csv).await.assert_status(303);
    removing.batch_execute("ROLLBACK").await.expect("ended");
}

#[tokio::test]
async fn a_file_that_nobody_asks_for_any_more_is_removed_within_a_minute_of_its_time() {
    let (app, staff) = spawn_staffed(0).await;
    import(&staff, "old.csv", format!("{HEADER}1,T,D,1,Leith\n").into_bytes()).await;
    let management = &app.services.management;
    let kept = "SELECT count(*) FROM import_upload";
    let now = chrono::Utc::now();
    let mut minutes = (1..).map(|minute| now + chrono::TimeDelta::minutes(minute));
    let mut pass = async || management.sample(minutes.next().expect("endless")).await;
    pass().await;
    pass().await;
    assert_eq!(app.sql(kept).await, "1");
    app.sql("UPDATE import_upload SET expires_at = now()").await;
    pass().await;
    assert_eq!(app.sql(kept).await, "0");
}
