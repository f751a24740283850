//! Uploads with scripts: their progress, and how they are cancelled.

use super::admin_list::{SUBMIT, file};
use crate::harness::{Chromium, spawn_homes, until};

#[tokio::test]
async fn an_upload_shows_its_progress_and_can_be_cancelled() {
    let app = spawn_homes(1).await;
    let chromium = Chromium::logged_in(&app).await;
    chromium.open(&app, "/admin/properties/import/").await;
    assert!(chromium.texts(".upload").await.iter().all(String::is_empty));
    let rows = "Flat,Bright,5,Leith\n".repeat(50_000);
    let csv = format!("title,description,price,location\n{rows}");
    chromium.attach("file", &file("homes.csv", &csv)).await;
    chromium.uploads_with(Some(100_000)).await;
    chromium.click(SUBMIT).await;
    let says = async |text: &str| {
        until(text, async || chromium.text(".upload span").await.starts_with(text)).await;
    };
    says("Uploading: ").await;
    chromium.click(".upload button").await;
    says("Cancelled.").await;
    assert_eq!(app.sql("SELECT count(*) FROM import_upload").await, "0");
    chromium.uploads_with(None).await;
    chromium.follow(SUBMIT).await;
    assert_eq!(chromium.text("h1").await, "Import preview: “homes.csv”");
    // The page is one of the history, like any other.
    chromium.goes_back_to("/admin/properties/import/").await;
    assert_eq!(chromium.text("h1").await, "Import listings");
}
