//! The pages that show photos, for people and programs.

use super::pictures::jpeg;
use super::{hashes, json, send, upload};
use crate::harness::{Shows as _, spawn_staffed};

#[tokio::test]
async fn a_listing_shows_its_photos_and_a_drawing_only_without_them() {
    let (app, staff) = spawn_staffed(2).await;
    app.get("/properties/1/").await.shows(["Illustration", "<svg class=\"facade"]);
    let files = [jpeg(1400, 900), jpeg(700, 900)];
    upload(&staff, &[("a.jpg", &files[0]), ("b.jpg", &files[1])]).await.assert_status(303);
    let names = hashes(&app).await;
    let page = app.get("/properties/1/").await;
    page.hides(["Illustration"]);
    let [first, second] = [&names[0], &names[1]];
    page.shows([
        format!("srcset=\"/media/{first}/320.webp 320w, /media/{first}/640.webp 640w, /media/{first}/960.webp 960w, \
            /media/{first}/1280.webp 1280w, /media/{first}/1400.webp 1400w\""),
        format!("src=\"/media/{first}/1400.jpg\" width=\"1400\" height=\"900\" alt=\"\" fetchpriority=\"high\""),
        format!("src=\"/media/{second}/700.jpg\" width=\"700\" height=\"900\" alt=\"\" loading=\"lazy\""),
        "href=\"#photo-2\"".to_owned(),
        format!("property=\"og:image\" content=\"http://homes.example/media/{first}/1400.jpg\""),
        format!("\"image\":[\"http://homes.example/media/{first}/1400.jpg\",\"http://homes.example/media/{second}/700.jpg\"]"),
    ]);
    assert_eq!(page.text().matches("fetchpriority").count(), 1);
    assert!(page.header("content-security-policy").contains("img-src 'self' data:;"));
    // Number 2 is the newest, and has a drawing.
    let list = app.get("/properties/").await;
    list.shows(["Illustration".to_owned(), format!("src=\"/media/{first}/960.jpg\"")]);
    assert_eq!(list.text().matches("fetchpriority").count(), 0);
    app.sql("DELETE FROM property WHERE id = 2").await;
    app.has_heard_of_everything().await;
    let list = app.get("/properties/").await;
    assert_eq!(list.text().matches("fetchpriority").count(), 1, "the first card");
}

#[tokio::test]
async fn programs_get_photos_with_their_files() {
    let (app, staff) = spawn_staffed(1).await;
    assert_eq!(json(&app).await["photos"], serde_json::json!([]));
    upload(&staff, &[("a.jpg", &jpeg(400, 300))]).await.assert_status(303);
    let hash = hashes(&app).await.remove(0);
    send(&staff, &[(&format!("alt_{hash}"), "The garden")], &[]).await.assert_status(303);
    let file = |name: &str| format!("http://homes.example/media/{hash}/{name}");
    let source = |name: &str, media_type: &str, width: u32| serde_json::json!({"url": file(name), "type": media_type, "width": width});
    let want = serde_json::json!([{
        "url": file("400.jpg"), "alt": "The garden", "width": 400, "height": 300,
        "sources": [
            source("320.webp", "image/webp", 320), source("400.webp", "image/webp", 400),
            source("320.jpg", "image/jpeg", 320), source("400.jpg", "image/jpeg", 400),
        ],
    }]);
    assert_eq!(json(&app).await["photos"], want);
    let list = app.get_json("/properties/?format=json").await;
    assert_eq!(list["results"][0]["photos"], want);
    let feed = app.get("/properties/feed.atom").await;
    feed.shows([format!(
        "<link rel=\"enclosure\" type=\"image/jpeg\" href=\"{}\"/>",
        file("400.jpg")
    )]);
    let part = app.get("/sitemap-1.xml").await;
    part.shows([format!("<image:image><image:loc>{}</image:loc></image:image>", file("400.jpg"))]);
}
