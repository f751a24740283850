//! The store: what is kept, what is removed, and S3.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use chrono::{TimeDelta, Utc};

use super::pictures::jpeg;
use super::{hashes, json, send, upload};
use crate::harness::{
    App, Plan, Shell, Shows as _, eventually, free_port, say_skipped, scratch, spawn_staffed,
};

pub(super) fn folder(app: &App) -> PathBuf {
    PathBuf::from(app.variables["MEDIA_URL"].clone())
}

/// Removes photos that no listing has had for this time, as if the files had been stored before that.
async fn collect(app: &App, age: TimeDelta) -> usize {
    app.services.gallery.collect(Utc::now() - age).await.expect("collected")
}

/// Makes the store's files and the history's entries look older than a day.
pub(super) async fn age(app: &App) {
    for hash in std::fs::read_dir(folder(app)).expect("a folder") {
        for file in std::fs::read_dir(hash.expect("an entry").path()).expect("a folder") {
            let file = std::fs::File::open(file.expect("an entry").path()).expect("a file");
            let then = std::time::SystemTime::now() - std::time::Duration::from_secs(2 * 86_400);
            file.set_modified(then).expect("dated");
        }
    }
    app.sql("UPDATE history SET at = at - interval '2 days'").await;
}

#[tokio::test]
async fn files_are_removed_only_a_day_after_the_last_listing_had_them() {
    let (app, staff) = spawn_staffed(2).await;
    upload(&staff, &[("a.jpg", &jpeg(8, 6)), ("b.jpg", &jpeg(9, 6))]).await.assert_status(303);
    let names = hashes(&app).await;
    app.sql("UPDATE property SET photos = (SELECT photos FROM property WHERE id = 1) WHERE id = 2")
        .await;
    let day = TimeDelta::days(1);
    age(&app).await;
    assert_eq!(collect(&app, day).await, 0, "both listings have them");
    send(&staff, &[("_delete", &names[0])], &[]).await.assert_status(303);
    assert_eq!(collect(&app, day).await, 0, "the other listing has it");
    app.sql("UPDATE property SET photos = NULL WHERE id = 2").await;
    age(&app).await;
    send(&staff, &[("_delete", &names[1])], &[]).await.assert_status(303);
    assert_eq!(collect(&app, day).await, 1, "one was deleted just now, and can be restored");
    assert!(!folder(&app).join(&names[0]).exists() && folder(&app).join(&names[1]).exists());
    age(&app).await;
    // A statement changed more listings than the history records, so their photos are unknown.
    app.sql(
        "INSERT INTO history (id, xid, kind, row_count, actor, at) \
        VALUES (0, '1', 'bulk', 5000, 'x', now())",
    )
    .await;
    assert_eq!(collect(&app, day).await, 0);
    app.sql("DELETE FROM history WHERE kind = 'bulk'").await;
    assert_eq!(collect(&app, day).await, 1);
    let shell = Shell::beside(&app);
    shell.run(&["manage_media", "--gc"]).done().shows(["Removed the files of 0 photo(s)."]);
}

#[tokio::test]
async fn a_crash_between_file_and_row_leaves_files_that_are_removed_and_no_broken_photo() {
    let (app, staff) = spawn_staffed(1).await;
    // The row can't be written: as after a crash, only the files exist.
    app.sql("ALTER TABLE property ADD CONSTRAINT none CHECK (photos IS NULL) NOT VALID").await;
    let page = upload(&staff, &[("a.jpg", &jpeg(8, 6))]).await;
    assert_ne!(page.status, 303);
    assert!(hashes(&app).await.is_empty());
    let report = app.services.gallery.check().await.expect("checked");
    assert_eq!((report.unused, report.files, report.missing.len()), (1, 2, 0));
    assert_eq!(collect(&app, TimeDelta::days(1)).await, 0, "an upload may be under way");
    assert_eq!(collect(&app, TimeDelta::seconds(-60)).await, 1);
    // A listing can't start to use a photo whose files are gone.
    app.sql("ALTER TABLE property DROP CONSTRAINT none").await;
    upload(&staff, &[("a.jpg", &jpeg(8, 6)), ("b.jpg", &jpeg(9, 6))]).await.assert_status(303);
    let names = hashes(&app).await;
    send(&staff, &[("_delete", &names[0])], &[]).await.assert_status(303);
    std::fs::remove_dir_all(folder(&app).join(&names[0])).expect("removed");
    let undo = staff.get(super::PHOTOS).await.field("_undo");
    let page = send(&staff, &[("_undo", &undo)], &[]).await.assert_status(409);
    page.shows(["the files of a photo have been removed"]);
    assert_eq!(hashes(&app).await, names[1..]);
}

#[tokio::test]
async fn a_check_names_missing_unused_and_foreign_files() {
    let (app, staff) = spawn_staffed(1).await;
    let shell = Shell::beside(&app);
    shell.run(&["manage_media", "--check"]).done().shows(["0 photo(s) of 0 listing(s); 0 file(s)"]);
    upload(&staff, &[("a.jpg", &jpeg(8, 6)), ("b.jpg", &jpeg(9, 6))]).await.assert_status(303);
    let names = hashes(&app).await;
    send(&staff, &[("_delete", &names[1])], &[]).await.assert_status(303);
    std::fs::write(folder(&app).join("notes.txt"), "x").expect("written");
    let out = shell.run(&["manage_media", "--check"]).done();
    out.shows([
        "1 photo(s) of 1 listing(s); 5 file(s)",
        "1 stored photo(s) that no listing has",
        "notes.txt",
    ]);
    std::fs::remove_file(folder(&app).join(&names[0]).join("8.webp")).expect("removed");
    let said = shell.run(&["manage_media", "--check"]);
    said.out.shows([format!("Missing: {}/8.webp of listing 1", names[0])]);
    said.failed(1).shows(["1 file(s) are missing"]);
    shell.run(&["manage_media"]).failed(2);
    assert!(folder(&app).join("notes.txt").exists());
}

#[tokio::test]
async fn a_store_that_fails_is_said_to_and_keeps_no_partial_write() {
    let (app, staff) = spawn_staffed(1).await;
    std::fs::write(folder(&app), "no folder").expect("written");
    let page = upload(&staff, &[("a.jpg", &jpeg(8, 6))]).await.assert_status(503);
    page.shows(["The store of photos can’t be reached"]);
    assert!(hashes(&app).await.is_empty());
    app.get("/properties/1/").await.assert_status(200);
}

/// An S3-compatible server, which ends with the test.
struct S3(Child, String);

impl Drop for S3 {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl S3 {
    /// `None` if it is not installed: <https://pypi.org/project/moto>, in `target/moto` or on `PATH`.
    async fn start() -> Option<Self> {
        let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/moto/bin/moto_server");
        let program = if own.is_file() { own } else { "moto_server".into() };
        let port = free_port();
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command.current_dir(scratch()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(child) = command.spawn() else {
            say_skipped("moto_server (pip install 'moto[server]')");
            return None;
        };
        let server = Self(child, format!("http://127.0.0.1:{port}"));
        let bucket = format!("{}/homes", server.1);
        eventually("the bucket is created", async || {
            let created = reqwest::Client::new().put(&bucket).send().await.ok()?;
            created.status().is_success().then_some(())
        })
        .await;
        Some(server)
    }
}

#[tokio::test]
async fn photos_are_stored_in_s3_and_served_from_there() {
    let Some(server) = S3::start().await else {
        return;
    };
    let url = format!("s3://homes/site?endpoint={}&region=us-east-1", server.1);
    let plan = Plan::with_homes(1).await.set("MEDIA_URL", url);
    let plan = plan.set("AWS_ACCESS_KEY_ID", "key").set("AWS_SECRET_ACCESS_KEY", "secret");
    let app = plan.start().await;
    let staff = app.staff().await;
    upload(&staff, &[("a.jpg", &jpeg(400, 300)), ("b.jpg", &jpeg(30, 20))])
        .await
        .assert_status(303);
    let names = hashes(&app).await;
    let path = format!("/media/{}/320.webp", names[0]);
    let page = app.get(&path).await.assert_status(200);
    assert_eq!(page.header("content-type"), "image/webp");
    assert_eq!(page.header("content-length"), page.body.len().to_string());
    let found = image::load_from_memory(&page.body).expect("a picture");
    assert_eq!((found.width(), found.height()), (320, 240));
    app.get(&path.replace("320", "321")).await.assert_status(404);
    let report = app.services.gallery.check().await.expect("checked");
    assert_eq!((report.files, report.missing.len(), report.foreign.len()), (6, 0, 0));
    send(&staff, &[("_delete", &names[0])], &[]).await.assert_status(303);
    app.sql("UPDATE history SET at = at - interval '2 days'").await;
    assert_eq!(collect(&app, TimeDelta::seconds(-60)).await, 1);
    app.get(&path).await.assert_status(404);
    assert_eq!(json(&app).await["photos"].as_array().map(Vec::len), Some(1));
    // Without the store, pages are unchanged.
    drop(server);
    app.get("/properties/1/").await.assert_status(200);
}
